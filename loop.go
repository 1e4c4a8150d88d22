package pythia

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// loop decides which trace points are on. Observing and stepping go on at the same time.
type loop struct {
	parts  Config
	config LoopConfig

	// stepping lets one step at a time through. It guards what observing does not touch.
	stepping    sync.Mutex
	cycle       int
	stepped     time.Time
	points      []PointState          // all, ordered by ID
	listed      bool                  // the controller has said what points there are
	unpaid      map[TracePointID]bool // points that could not be switched off, to be tried again
	history     []*Diagnosis          // ended ones, the latest last
	profiles    profiles
	controller  turnstile
	strategy    turnstile
	lacksSelect map[TracePointID]bool // points that cannot be on for some requests only
	failing     map[TracePointID]int  // for how many steps in a row points could not be renewed

	// mu guards what follows, and lacksSelect.
	mu         sync.Mutex
	watches    map[string]*watch
	switchable map[TracePointID]bool
	on         map[TracePointID]*switchedOn
	profiling  bool
	input      Input
}

// switchedOn says for which requests the Engine has a point on, and which attributes it has on there.
type switchedOn struct {
	types      map[string]bool
	attributes map[string]bool
	everybody  bool // the controller cannot tell requests apart, or it is for others too
	others     bool // it is for the types beyond those that are followed one by one
}

// maxTypes bounds how many request types are followed; requests of further ones are followed together.
const maxTypes = 1000

const otherTypes = "(other)"

func newLoop(parts Config, c LoopConfig) *loop {
	return &loop{
		parts: parts, config: c,
		controller: turnstile{what: "the trace point controller"}, strategy: turnstile{what: "the search strategy"},
		watches: make(map[string]*watch), switchable: make(map[TracePointID]bool), on: make(map[TracePointID]*switchedOn),
		unpaid: make(map[TracePointID]bool), lacksSelect: make(map[TracePointID]bool),
		failing: make(map[TracePointID]int),
	}
}

// observe adds a workflow: to the search space if it was traced fully, else to the window of its request type.
func (l *loop) observe(t *Trace) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.input.add(t)
	if t.endless() {
		l.input.Ignored++
		return
	}
	w := l.watch(t.RequestType)
	w.arrived++
	w.usage.Arrived++
	if !w.window.counts(t.StartNanos()) {
		return
	}
	if l.profiling && l.showsMore(t, w.requestType) {
		l.profile(w, t)
		return
	}
	key, ok := l.group(t)
	if !ok {
		l.input.Ignored++
		return
	}
	if err := attempt("the localizer", func() error {
		w.window.add(l.parts.Localizer, key, t)
		return nil
	}); err != nil {
		l.input.Ignored++
		l.complain(context.Background(), err)
		return
	}
	w.usage.observe(t, l.onFor(w.requestType), l.isSwitchable)
}

func (l *loop) watch(requestType string) *watch {
	w := l.watches[requestType]
	others := w == nil && len(l.watches) >= maxTypes
	if others {
		requestType = otherTypes
		for w = l.watches[requestType]; w != nil && !w.others; w = l.watches[requestType] {
			requestType += "'" // an application's own
		}
	}
	if w == nil {
		w = &watch{requestType: requestType, others: others}
		l.watches[requestType] = w
	}
	return w
}

// group asks the Grouper, showing it the skeleton only.
func (l *loop) group(t *Trace) (GroupKey, bool) {
	bare := t.Without(l.isSwitchable)
	if bare == nil {
		return "", false
	}
	ok := false
	key, err := isolated("the grouper", func() (key GroupKey, err error) {
		key, ok = l.parts.Grouper.Group(bare)
		return key, nil
	})
	if err != nil {
		l.complain(context.Background(), err)
	}
	return key, ok && err == nil
}

func (l *loop) isSwitchable(id TracePointID) bool { return l.switchable[id] }

// showsMore reports whether a workflow has a span at a point that is off for its type.
func (l *loop) showsMore(t *Trace, requestType string) bool {
	for i := range t.Spans {
		if id := t.Spans[i].Point; l.switchable[id] && !l.isOn(id, requestType) {
			return true
		}
	}
	return false
}

func (l *loop) isOn(id TracePointID, requestType string) bool {
	s := l.on[id]
	return s != nil && (s.everybody || s.types[requestType])
}

// onFor returns the points that are on for requests of a type, in no order.
func (l *loop) onFor(requestType string) []TracePointID {
	var ids []TracePointID
	for id, s := range l.on {
		if s.everybody || s.types[requestType] {
			ids = append(ids, id)
		}
	}
	return ids
}

// profile adds a fully traced workflow to the search space.
func (l *loop) profile(w *watch, t *Trace) {
	w.usage.profile(t, l.isSwitchable)
	if err := attempt("the search space", func() error {
		l.config.Space.Observe(t)
		return nil
	}); err != nil {
		l.complain(context.Background(), err)
	}
}

// sorted returns the watches by request type.
func (l *loop) sorted() []*watch {
	sorted := make([]*watch, 0, len(l.watches))
	for _, name := range slices.Sorted(maps.Keys(l.watches)) {
		sorted = append(sorted, l.watches[name])
	}
	return sorted
}

func (l *loop) complain(ctx context.Context, err error) {
	attrs := []any{"error", err}
	if p := (*panicked)(nil); errors.As(err, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	l.parts.Logger.ErrorContext(ctx, "pythia goes on without", attrs...)
}

// report says what was seen of late, and what the searches have come to.
func (l *loop) report(ctx context.Context) (*Report, error) {
	seen, watches, input, err := l.allSeen()
	if err != nil {
		return nil, err
	}
	report, err := isolated("the localizer", func() (*Report, error) { return l.parts.report(ctx, seen, nil, input) })
	if err != nil {
		return nil, err
	}
	l.stepping.Lock() // not before: steps renew the leases
	defer l.stepping.Unlock()
	for _, d := range l.history {
		report.Diagnoses = append(report.Diagnoses, d.copy())
	}
	for _, w := range watches {
		if w.diagnosis != nil && !w.searching() {
			report.Diagnoses = append(report.Diagnoses, w.diagnosis.copy())
			w.reported = true
		}
	}
	for _, w := range watches {
		if w.searching() {
			report.Diagnoses = append(report.Diagnoses, w.diagnosis.copy())
		}
	}
	return report, nil
}

// countReported notes that the developer was told of all that has ended so far.
func (l *loop) countReported() {
	l.stepping.Lock()
	defer l.stepping.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.watches {
		if w.diagnosis != nil && !w.searching() {
			w.reported = true
		}
	}
}

// allSeen joins what the windows hold.
func (l *loop) allSeen() (Localizer, []*watch, Input, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	watches := l.sorted()
	all, err := isolated("the localizer", func() (Localizer, error) {
		all := l.parts.Localizer.New()
		for _, w := range watches {
			seen, err := w.window.seen(l.parts.Localizer)
			if err == nil {
				err = all.Merge(seen)
			}
			if err != nil {
				return nil, err
			}
		}
		return all, nil
	})
	return all, watches, l.input, err
}
