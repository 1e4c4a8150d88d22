package pythia

import (
	"errors"
	"math"
	"slices"
	"time"
)

// A profile traces one request in so many fully, for a while, to learn what lies where and how often it is passed. It needs no hour of everything
// on: it ends when requests show nothing new any more.

// profiles says how the profile stands.
type profiles struct {
	oneIn  int // 0: none is going on
	steps  int // since it began
	ended  time.Time
	points []TracePointID // that it has on
}

const (
	enoughProfiled  = 30  // workflows of a request type
	enoughNothing   = 20  // of them in a row that brought no new point
	mostProfiled    = 30  // steps, for request types that hardly occur
	profileShare    = 0.5 // of the budget
	profileWithin   = 3   // steps in which enough should have come
	profileOversize = 2   // that many times what is enough is aimed at
)

// runProfile begins, continues or ends a profile. It reports whether one is going on: the search waits for it.
func (r *round) runProfile(watches []*watch) bool {
	p := &r.profiles
	if p.oneIn == 0 && !r.profileDue(watches) {
		return false
	}
	if p.oneIn == 0 {
		p.steps = 0
		r.mu.Lock()
		for _, w := range watches {
			w.usage.Profiled, w.usage.SinceNew = 0, 0
		}
		r.mu.Unlock()
	}
	if p.steps++; p.steps > 1 && (p.steps > mostProfiled || r.profiledEnough(watches)) {
		r.endProfile(watches)
		return false
	}
	n := r.sparsest(watches)
	changed := n > 2*p.oneIn || 2*n < p.oneIn // not for little: it costs the requests in flight
	if changed {
		p.oneIn = n
	}
	p.points = nil
	wanted := r.wanted()
	for i := range r.points {
		if s := &r.points[i]; !s.AlwaysOn && wanted[s.ID] == nil {
			p.points = append(p.points, s.ID)
		}
	}
	failed := r.enableFor(Selection{OneIn: p.oneIn}, p.points)
	if len(p.points) > 0 && r.noneSupported(failed) {
		r.problem(errNoProfile)
		r.endProfile(watches)
		return false
	}
	p.points = slices.DeleteFunc(p.points, func(id TracePointID) bool { return failed[id] != nil && failed[id] != errNotReached })
	if changed {
		r.setProfiling(true, watches)
	}
	return true
}

var errNoProfile = errors.New("pythia: the controller cannot have points on for one request in so many, so that nothing can be profiled: " +
	"give Loop.Space what was learnt elsewhere")

// noneSupported reports whether no point can be profiled.
func (r *round) noneSupported(failed map[TracePointID]error) bool {
	return !slices.ContainsFunc(r.profiles.points, func(id TracePointID) bool { return !errors.Is(failed[id], errors.ErrUnsupported) })
}

// profileDue reports whether a profile is to begin: nothing is known yet, or it is some time since, and no search is in progress.
func (r *round) profileDue(watches []*watch) bool {
	p := &r.profiles
	if r.config.ProfileEvery < 0 || r.cycle.Requests == 0 || r.stepped.IsZero() {
		return false
	}
	if !slices.ContainsFunc(r.points, func(p PointState) bool { return !p.AlwaysOn }) {
		return false // there is nothing to learn
	}
	if slices.ContainsFunc(watches, (*watch).searching) {
		return false
	}
	if p.ended.IsZero() && r.spaceFilled() { // it came so
		p.ended = r.now
	}
	return p.ended.IsZero() || r.now.Sub(p.ended) >= r.config.ProfileEvery
}

func (r *round) spaceFilled() bool {
	roots, err := isolated("the search space", func() ([]SearchNode, error) { return r.config.Space.Children(RootContext), nil })
	if err != nil {
		r.problem(err)
	}
	return len(roots) > 0
}

func (r *round) profiledEnough(watches []*watch) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range watches {
		if u := &w.usage; w.rate > 0 && (u.Profiled < enoughProfiled || u.SinceNew < enoughNothing) {
			return false
		}
	}
	return true
}

// sparsest returns in how many requests one is to be profiled: no more than are needed, and than the budget has room for.
func (r *round) sparsest(watches []*watch) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	requests, spans, types := 0.0, 0.0, 0.0
	for _, w := range watches {
		full := w.usage.full()
		if full == 0 {
			full = float64(len(r.points)) // nothing is known yet
		}
		requests += w.rate
		spans += w.rate * full
		if w.rate > 0 {
			types++
		}
	}
	needed := profileOversize * enoughProfiled * types / (profileWithin * r.config.Interval.Seconds()) // per second
	b := r.config.Budget
	affordable := profileShare * min(b.SpansPerSecond, b.BytesPerSecond/DefaultSpanBytes, b.CPU/DefaultSpanCPU.Seconds())
	return max(1, int(min(math.Max(requests/max(needed, 1e-9), math.Ceil(spans/affordable)), math.MaxInt32)))
}

func (r *round) endProfile(watches []*watch) {
	p := &r.profiles
	for _, id := range p.points {
		r.unpaid[id] = true // apply switches them off
	}
	p.oneIn, p.points, p.ended = 0, nil, r.now
	r.setProfiling(false, watches)
}

// setProfiling tells observers that a profile began, changed or ended. Workflows that began before saw points partly switched, and do not count.
func (r *round) setProfiling(on bool, watches []*watch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.profiling = on
	now := r.config.Now()
	for _, w := range watches {
		w.window.since = now
	}
}
