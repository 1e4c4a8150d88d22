package tracepointtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pythia-trace/pythia"
)

// Call is a call that a [Recorder] has got.
type Call struct {
	Method    string // as in the interface: "EnableFor"
	IDs       []pythia.TracePointID
	Lease     time.Duration    // of EnableFor and EnableOnlyFor
	Selection pythia.Selection // of EnableOnly and EnableOnlyFor
	Keys      []string         // of EnableAttributes and DisableAttributes
}

// Recorder is a controller in memory. It implements [pythia.Leaser], [pythia.Selector], [pythia.LeasedSelector], [pythia.AttributeSwitcher] and
// [pythia.Coster] too; [Recorder.Plain] hides these. Its leases end by [Recorder.Advance], its costs are those of [Recorder.SetHitCost].
type Recorder struct {
	mu      sync.Mutex
	points  map[pythia.TracePointID]*recorded
	calls   []Call
	errs    map[pythia.TracePointID]error
	err     error
	elapsed time.Duration
}

type recorded struct {
	pythia.TracePoint
	on         bool
	until      time.Duration // 0: for ever
	selection  pythia.Selection
	attributes map[string]bool
	cost       *pythia.HitCost // nil: unknown
}

var (
	_ pythia.LeasedSelector = (*Recorder)(nil)
	_ pythia.Coster         = (*Recorder)(nil)
)

// NewRecorder makes a controller of the points, off unless they are always on. Of several with one ID the last counts.
func NewRecorder(points ...pythia.TracePoint) *Recorder {
	r := &Recorder{points: make(map[pythia.TracePointID]*recorded), errs: make(map[pythia.TracePointID]error)}
	for _, p := range points {
		p.Attributes = slices.Clone(p.Attributes)
		r.points[p.ID] = &recorded{TracePoint: p, on: p.AlwaysOn, attributes: make(map[string]bool)}
	}
	return r
}

// Points returns the points, ordered by ID. It is not among the calls.
func (r *Recorder) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := errors.Join(ctx.Err(), r.err); err != nil {
		return nil, err
	}
	points := make([]pythia.TracePoint, 0, len(r.points))
	for _, p := range r.points {
		described := p.TracePoint
		described.Attributes = slices.Clone(p.Attributes)
		points = append(points, described)
	}
	slices.SortFunc(points, func(a, b pythia.TracePoint) int { return a.ID.Compare(b.ID) })
	return points, nil
}

// Enable switches points on.
func (r *Recorder) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return r.record(ctx, Call{Method: "Enable", IDs: ids}, func(p *recorded) error { return p.enable(0, pythia.Selection{}) })
}

// EnableFor switches points on until [Recorder.Advance] has moved on by the lease.
func (r *Recorder) EnableFor(ctx context.Context, lease time.Duration, ids ...pythia.TracePointID) error {
	if lease <= 0 {
		return fmt.Errorf("tracepointtest: a lease of %v ends at once: give a positive one", lease)
	}
	return r.record(ctx, Call{Method: "EnableFor", IDs: ids, Lease: lease}, func(p *recorded) error {
		return p.enable(r.elapsed+lease, pythia.Selection{})
	})
}

// EnableOnly switches points on for some requests.
func (r *Recorder) EnableOnly(ctx context.Context, s pythia.Selection, ids ...pythia.TracePointID) error {
	s.RequestTypes = slices.Clone(s.RequestTypes)
	return r.record(ctx, Call{Method: "EnableOnly", IDs: ids, Selection: s}, func(p *recorded) error { return p.enable(0, s) })
}

// EnableOnlyFor does both at once.
func (r *Recorder) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	if lease <= 0 {
		return fmt.Errorf("tracepointtest: a lease of %v ends at once: give a positive one", lease)
	}
	s.RequestTypes = slices.Clone(s.RequestTypes)
	call := Call{Method: "EnableOnlyFor", IDs: ids, Lease: lease, Selection: s}
	return r.record(ctx, call, func(p *recorded) error { return p.enable(r.elapsed+lease, s) })
}

// Disable switches points off.
func (r *Recorder) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return r.record(ctx, Call{Method: "Disable", IDs: ids}, (*recorded).disable)
}

// EnableAttributes makes a point record attributes.
func (r *Recorder) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	call := Call{Method: "EnableAttributes", IDs: []pythia.TracePointID{id}, Keys: keys}
	return r.record(ctx, call, func(p *recorded) error { return p.setAttributes(true, keys) })
}

// DisableAttributes makes a point record attributes no more.
func (r *Recorder) DisableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	call := Call{Method: "DisableAttributes", IDs: []pythia.TracePointID{id}, Keys: keys}
	return r.record(ctx, call, func(p *recorded) error { return p.setAttributes(false, keys) })
}

// record notes a call and changes the points one by one.
func (r *Recorder) record(ctx context.Context, call Call, change func(*recorded) error) error {
	call.IDs, call.Keys = slices.Clone(call.IDs), slices.Clone(call.Keys)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
	if err := errors.Join(ctx.Err(), r.err); err != nil {
		return err
	}
	ids := slices.Clone(call.IDs)
	slices.SortFunc(ids, pythia.TracePointID.Compare)
	var errs []error
	for _, id := range slices.Compact(ids) {
		if err := r.change(id, change); err != nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: err})
		}
	}
	return errors.Join(errs...)
}

func (r *Recorder) change(id pythia.TracePointID, change func(*recorded) error) error {
	p, ok := r.points[id]
	if !ok {
		return pythia.ErrUnknownPoint
	}
	if err := r.errs[id]; err != nil {
		return err
	}
	return change(p)
}

func (p *recorded) enable(until time.Duration, s pythia.Selection) error {
	if p.AlwaysOn {
		until, s = 0, pythia.Selection{}
	}
	p.on, p.until, p.selection = true, until, s
	return nil
}

func (p *recorded) disable() error {
	if p.AlwaysOn {
		return pythia.ErrAlwaysOn
	}
	p.on, p.until, p.selection = false, 0, pythia.Selection{}
	clear(p.attributes)
	return nil
}

func (p *recorded) setAttributes(on bool, keys []string) error {
	var unknown []string
	for _, key := range keys {
		if slices.Contains(p.Attributes, key) {
			p.attributes[key] = on
		} else {
			unknown = append(unknown, key)
		}
	}
	if unknown != nil {
		return fmt.Errorf("%w: %s", pythia.ErrUnknownAttribute, strings.Join(unknown, ", "))
	}
	return nil
}

// Fail makes every call fail for the points, with the error in a [pythia.PointError]; without points, every call as a whole, with the error as it is.
// A nil error ends that.
func (r *Recorder) Fail(err error, ids ...pythia.TracePointID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(ids) == 0 {
		r.err = err
	}
	for _, id := range ids {
		r.errs[id] = err
	}
}

// Advance lets time pass: points whose leases end go off.
func (r *Recorder) Advance(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.elapsed += d
	for _, p := range r.points {
		if p.until > 0 && p.until <= r.elapsed {
			_ = p.disable() // always-on points have no lease
		}
	}
}

// SetHitCost sets what HitCost says of a point, which it knows nothing of before. A point that there is not is left out.
func (r *Recorder) SetHitCost(id pythia.TracePointID, c pythia.HitCost) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p, ok := r.points[id]; ok {
		p.cost = &c
	}
}

// HitCost returns what [Recorder.SetHitCost] has set. It is not among the calls.
func (r *Recorder) HitCost(id pythia.TracePointID) (pythia.HitCost, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p, ok := r.points[id]; ok && p.cost != nil {
		return *p.cost, true
	}
	return pythia.HitCost{}, false
}

// Plain returns the controller without its optional abilities.
func (r *Recorder) Plain() pythia.TracePointController {
	return struct{ pythia.TracePointController }{r}
}

// Calls returns the calls so far, those that failed too.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// On reports whether a point is on, for at least some requests.
func (r *Recorder) On(id pythia.TracePointID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.points[id]
	return ok && p.on
}

// Selection returns for which requests a point is on.
func (r *Recorder) Selection(id pythia.TracePointID) pythia.Selection {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p, ok := r.points[id]; ok {
		return p.selection
	}
	return pythia.Selection{}
}

// AttributesOn returns the attributes of a point that are on, ordered.
func (r *Recorder) AttributesOn(id pythia.TracePointID) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var keys []string
	if p, ok := r.points[id]; ok {
		keys = slices.DeleteFunc(slices.Sorted(maps.Keys(p.attributes)), func(key string) bool { return !p.attributes[key] })
	}
	return keys
}
