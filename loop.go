package pythia

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// loop decides which trace points are on. Observing and stepping go on at the same time.
type loop struct {
	parts  Config
	config LoopConfig

	// stepping lets one step at a time through. It guards what follows, and what the watches hold besides their intakes.
	stepping    sync.Mutex
	cycle       int
	stepped     time.Time
	points      []PointState          // all, ordered by ID
	listed      bool                  // the controller has said what points there are
	listing     int                   // how many times these were others than before
	unpaid      map[TracePointID]bool // points that could not be switched off, to be tried again
	history     []*Diagnosis          // ended ones, the latest last
	profiles    profiles
	controller  turnstile
	strategy    turnstile
	lacksSelect map[TracePointID]bool // points that cannot be on for some requests only
	failing     map[TracePointID]int  // for how many steps in a row points could not be renewed
	switchable  map[TracePointID]bool // never changed, only replaced: observers have it too
	on          map[TracePointID]*switchedOn
	profiling   bool
	input       Input // what was taken from the intakes

	measure Measure
	view    atomic.Pointer[view]

	// mu guards what follows. It is held for moments only, and not by observers of known request types.
	mu        sync.RWMutex
	watches   map[string]*watch
	endless   Input      // workflows that belong to no intake
	templates sync.Mutex // lets one localizer at a time be made of the template
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
	l := &loop{
		parts: parts, config: c, measure: parts.Localizer.Measure(),
		controller: turnstile{what: "the trace point controller"}, strategy: turnstile{what: "the search strategy"},
		watches: make(map[string]*watch), switchable: make(map[TracePointID]bool), on: make(map[TracePointID]*switchedOn),
		unpaid: make(map[TracePointID]bool), lacksSelect: make(map[TracePointID]bool),
		failing: make(map[TracePointID]int),
	}
	l.publish()
	return l
}

// observe adds a workflow: to the search space if it was traced fully, else to the window of its request type. It waits for no step.
func (l *loop) observe(t *Trace) {
	if t.endless() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.endless.add(t)
		l.endless.Ignored++
		return
	}
	for !l.takeIn(t) { // a step has switched something meanwhile
	}
}

// takeIn has the intake of its type take a workflow in, unless what it goes by changes meanwhile.
func (l *loop) takeIn(t *Trace) bool {
	v, w := l.view.Load(), l.watch(t.RequestType)
	a := arrival{Trace: t, view: v, on: v.onFor(w.requestType)}
	if a.profiled = v.profiling && v.showsMore(t, a.on); !a.profiled {
		a.key, a.grouped = l.group(v, t)
		t.CriticalPath(l.measure) // the trace keeps it: localizers need it, and shall not work it out while others wait
	}
	counts, done, err := w.window.intake.add(l, &a)
	if err != nil {
		l.complain(context.Background(), err)
	}
	if counts && a.profiled {
		l.profile(t)
	}
	return done
}

// watch returns what follows a request type, and begins to if it is new.
func (l *loop) watch(requestType string) *watch {
	l.mu.RLock()
	w, _ := l.following(requestType)
	l.mu.RUnlock()
	if w != nil {
		return w
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	w, name := l.following(requestType)
	if w == nil {
		name = strings.Clone(name) // it is kept, and may be a piece of a large message
		w = &watch{requestType: name, others: len(l.watches) >= maxTypes}
		l.watches[name] = w
	}
	return w
}

// following returns what follows a request type or, if there is nothing yet, under which name it is to be followed.
func (l *loop) following(requestType string) (*watch, string) {
	w := l.watches[requestType]
	if w != nil || len(l.watches) < maxTypes {
		return w, requestType
	}
	requestType = otherTypes
	for w = l.watches[requestType]; w != nil && !w.others; w = l.watches[requestType] {
		requestType += "'" // an application's own
	}
	return w, requestType
}

// newLocalizer returns an empty one.
func (l *loop) newLocalizer() Localizer {
	l.templates.Lock()
	defer l.templates.Unlock()
	return l.parts.Localizer.New()
}

// group asks the Grouper, showing it the skeleton only.
func (l *loop) group(v *view, t *Trace) (GroupKey, bool) {
	bare := t.Without(v.isSwitchable)
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

func (l *loop) isOn(id TracePointID, requestType string) bool {
	s := l.on[id]
	return s != nil && (s.everybody || s.types[requestType])
}

// hasOn reports whether points are on for requests of a type.
func (l *loop) hasOn(requestType string) bool {
	for id := range l.on {
		if l.isOn(id, requestType) {
			return true
		}
	}
	return false
}

// profile adds a fully traced workflow to the search space.
func (l *loop) profile(t *Trace) {
	if err := attempt("the search space", func() error {
		l.config.Space.Observe(t)
		return nil
	}); err != nil {
		l.complain(context.Background(), err)
	}
}

// sorted returns the watches by request type.
func (l *loop) sorted() []*watch {
	all := l.all()
	slices.SortFunc(all, func(a, b *watch) int { return cmp.Compare(a.requestType, b.requestType) })
	return all
}

// all returns the watches in no order.
func (l *loop) all() []*watch {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Collect(maps.Values(l.watches))
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
	for _, w := range l.all() {
		if w.diagnosis != nil && !w.searching() {
			w.reported = true
		}
	}
}

// allSeen joins what the windows hold.
func (l *loop) allSeen() (Localizer, []*watch, Input, error) {
	l.stepping.Lock()
	defer l.stepping.Unlock()
	watches := l.sorted()
	all, err := isolated("the localizer", func() (Localizer, error) {
		all := l.newLocalizer()
		for _, w := range watches {
			if err := errors.Join(l.collect(w, true), w.window.mergeInto(all)); err != nil {
				return nil, err
			}
		}
		return all, nil
	})
	l.mu.RLock()
	defer l.mu.RUnlock()
	input := l.input
	input.merge(l.endless)
	return all, watches, input, err
}

// collect takes what has come in for a watch. Of the durations it takes no more than their moments unless all is wanted, for the window to be aged,
// localised or saved.
func (l *loop) collect(w *watch, all bool) error {
	return w.window.intake.take(all, func(c *came) error {
		l.input.merge(c.input)
		w.arrived += c.input.Traces
		w.usage.Arrived += c.input.Traces
		w.usage.add(&c.passes)
		return attempt("the localizer", func() error { return w.window.add(c) })
	})
}
