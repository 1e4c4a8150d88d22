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
	points []TracePointID // that it may have on, ordered
	// ending are those of a profile that has ended: observers go by it until they are off.
	ending []TracePointID
	// known are the points that there were to be switched at the last profile, or when the search space came filled.
	known map[TracePointID]bool
	knew  int  // the listing of which all are known
	came  bool // the search space came filled: the request types need no profile to be known
}

const (
	enoughProfiled  = 30   // workflows of a request type
	enoughNothing   = 20   // of them in a row that brought no new point
	enoughArrived   = 3    // times the requests among which there should be enough profiled ones: then more show nothing either
	mostProfiled    = 30   // steps, for request types that hardly occur
	profileShare    = 0.5  // of the budget
	profileWithin   = 3    // steps in which enough should have come
	profileOversize = 2    // that many times what is enough is aimed at
	profileEarly    = 20   // the part of the time between profiles that passes in any case
	hardlyOccurs    = 0.01 // requests in a step: fewer are not waited for
)

// runProfile begins, continues or ends a profile. It reports whether one is going on: the search waits for it.
func (r *round) runProfile() bool {
	p := &r.profiles
	if p.oneIn == 0 {
		if !r.profileDue() || r.othersInTheWay() {
			return false
		}
		r.beginProfile()
	}
	if p.steps++; p.steps > 1 && (p.steps > mostProfiled || r.profiledEnough()) {
		r.endProfile()
		return false
	}
	n := r.sparsest()
	changed := n > 2*p.oneIn || 2*n < p.oneIn // not for little: it costs the requests in flight
	if changed {
		p.oneIn = n
	}
	if !r.profilePoints() {
		r.problem(errNoProfile)
		r.endProfile()
		return false
	}
	if changed {
		r.beingProfiled()
	}
	r.cycle.ProfileCost = r.profileCost()
	return true
}

func (r *round) beginProfile() {
	p := &r.profiles
	p.steps, p.points, p.ending = 0, nil, nil
	for _, w := range r.watched {
		u := &w.usage
		u.Profiled, u.SinceNew, u.Arrived, u.Brought = 0, 0, 0, false
	}
}

// profilePoints switches all points on, or renews them. It returns false if none can be profiled.
func (r *round) profilePoints() bool {
	p := &r.profiles
	r.knowPoints()
	var ids []TracePointID
	for i := range r.points {
		if !r.points[i].AlwaysOn {
			ids = append(ids, r.points[i].ID)
		}
	}
	failed := r.enableFor(Selection{OneIn: p.oneIn}, ids)
	supported := len(ids) == 0
	for _, id := range ids {
		supported = supported || !errors.Is(failed[id], errors.ErrUnsupported)
		if failed[id] == nil || failed[id] == errNotReached {
			p.points = append(p.points, id) // and it stays among them when a renewal fails
		}
	}
	slices.SortFunc(p.points, TracePointID.Compare)
	p.points = slices.Compact(p.points)
	return supported
}

var errNoProfile = errors.New("pythia: the controller cannot have points on for one request in so many, so that nothing can be profiled: " +
	"give Loop.Space what was learnt elsewhere")

// profileDue reports whether a profile is to begin: nothing is known yet, it is some time since, or there is something that the last one did not know.
func (r *round) profileDue() bool {
	p := &r.profiles
	if r.config.ProfileEvery < 0 || r.cycle.Requests == 0 || r.stepped.IsZero() {
		return false
	}
	if len(r.switchable) == 0 {
		return false // there is nothing to learn
	}
	if p.ended.IsZero() && r.spaceFilled() { // it came so
		p.ended, p.came = r.now, true
		r.knowPoints()
	}
	since := r.now.Sub(p.ended)
	early := since >= r.config.ProfileEvery/profileEarly && (r.newPoints() || r.newTypes())
	return p.ended.IsZero() || since >= r.config.ProfileEvery || early
}

// mostKnown bounds how many points are remembered: that there are ever others must not fill the memory.
const mostKnown = 100_000

// knowPoints notes what there is to be switched. What is there no more may come again.
func (r *round) knowPoints() {
	if r.profiles.knew == r.listing {
		return
	}
	r.profiles.knew = r.listing
	if r.profiles.known == nil || len(r.profiles.known) > mostKnown {
		r.profiles.known = make(map[TracePointID]bool)
	}
	for i := range r.points {
		if p := &r.points[i]; !p.AlwaysOn {
			r.profiles.known[p.ID] = true
		}
	}
}

// newPoints reports whether there are points that the last profile did not know.
func (r *round) newPoints() bool {
	p := &r.profiles
	if p.knew == r.listing {
		return false
	}
	if slices.ContainsFunc(r.points, func(s PointState) bool { return !s.AlwaysOn && !p.known[s.ID] }) {
		return true
	}
	p.knew = r.listing
	return false
}

// newTypes reports whether there are requests, enough to be searched, that no profile has had to do with.
func (r *round) newTypes() bool {
	return !r.profiles.came && slices.ContainsFunc(r.watched, func(w *watch) bool {
		return !w.usage.Looked && w.usage.Profiled == 0 && r.occurs(w) && w.window.total().N >= r.config.MinRequests
	})
}

// othersInTheWay reports whether points are on for some requests only, which therefore no profile could show in those of other types. Searches are waited
// for; ended ones that nobody reads are dismissed when the time between profiles has passed once more.
func (r *round) othersInTheWay() (inTheWay bool) {
	for _, w := range r.watched {
		if w.searching() {
			return true
		}
		inTheWay = inTheWay || r.holdsPoints(w)
	}
	if inTheWay && r.now.Sub(r.profiles.ended)/2 >= r.config.ProfileEvery {
		for _, w := range r.watched {
			if r.holdsPoints(w) {
				r.dismiss(w, "a profile has waited long enough")
			}
		}
	}
	return inTheWay
}

// holdsPoints reports whether points are on for the requests, always-on ones aside.
func (r *round) holdsPoints(w *watch) bool {
	return w.diagnosis != nil && slices.ContainsFunc(w.diagnosis.Hypotheses, func(h Hypothesis) bool { return h.On() && !r.alwaysOn(h.Point) })
}

func (r *round) spaceFilled() bool {
	roots, err := isolated("the search space", func() ([]SearchNode, error) { return r.config.Space.Children(RootContext), nil })
	if err != nil {
		r.problem(err)
	}
	return len(roots) > 0
}

func (r *round) profiledEnough() bool {
	return !slices.ContainsFunc(r.watched, func(w *watch) bool { return r.occurs(w) && !r.enoughOf(w) })
}

// occurs reports whether there are requests to wait for.
func (r *round) occurs(w *watch) bool {
	return w.rate*max(r.config.Interval, r.now.Sub(r.stepped)).Seconds() >= hardlyOccurs
}

// enoughOf reports whether the profile has seen enough of a type, or would have if its requests passed points that can be switched.
func (r *round) enoughOf(w *watch) bool {
	u := &w.usage
	return u.Profiled >= enoughProfiled && u.SinceNew >= enoughNothing || u.Arrived/enoughArrived/enoughProfiled >= r.profiles.oneIn
}

// sparsest returns in how many requests one is to be profiled: no more than are needed, and than the budget has room for.
func (r *round) sparsest() int {
	requests, types := 0.0, 0.0
	for _, w := range r.watched {
		if r.occurs(w) {
			requests += w.rate
			types++
		}
	}
	needed := profileOversize * enoughProfiled * types / (profileWithin * r.config.Interval.Seconds()) // per second
	room, hit := r.config.Budget.Minus(r.spent), r.dearest()
	affordable := profileShare * min(room.SpansPerSecond, room.BytesPerSecond/float64(hit.Bytes), room.CPU/hit.CPU.Seconds())
	const tiny = 1e-9
	oneIn := math.Max(requests/max(needed, tiny), math.Ceil(r.fullSpans()/max(affordable, tiny)))
	return max(1, int(min(oneIn, math.MaxInt32)))
}

// fullSpans returns how many spans per second there would be with all on.
func (r *round) fullSpans() (spans float64) {
	for _, w := range r.watched {
		full := w.usage.full()
		if seen := w.usage.Looked || w.usage.Profiled > 0 || r.profiles.oneIn > 0 && r.enoughOf(w); full == 0 && !seen {
			full = float64(len(r.switchable)) // nothing is known yet
		}
		spans += w.rate * full
	}
	return spans
}

// dearest returns what passing the points costs at most.
func (r *round) dearest() HitCost {
	most := HitCost{CPU: 1, Bytes: 1}
	for _, p := range r.points {
		if !p.AlwaysOn {
			most = HitCost{CPU: max(most.CPU, p.HitCost.CPU), Bytes: max(most.Bytes, p.HitCost.Bytes)}
		}
	}
	return most
}

func (r *round) profileCost() Cost {
	spans, hit := r.fullSpans()/float64(r.profiles.oneIn), r.dearest()
	return Cost{
		Points: len(r.profiles.points), SpansPerSecond: spans, BytesPerSecond: spans * float64(hit.Bytes), CPU: spans * hit.CPU.Seconds(),
	}
}

// endProfile has apply switch everything off. Requests that pass points they were not known to pass are looked into again.
func (r *round) endProfile() {
	p := &r.profiles
	for _, w := range r.watched {
		u := &w.usage
		u.Looked = u.Looked || u.Arrived > 0 && (p.steps > mostProfiled || r.enoughOf(w))
		if u.Brought && !p.came && w.diagnosis == nil && w.normal != nil {
			w.normal, w.noticed = nil, 0
		}
		u.Brought = false
	}
	for _, id := range p.points {
		r.unpaid[id] = true // apply switches them off
	}
	p.oneIn, p.points, p.ending, p.ended, p.came = 0, nil, p.points, r.now, false
}

// afterProfile tells observers that a profile has ended, when its points are off.
func (r *round) afterProfile(now time.Time) {
	p := &r.profiles
	if !r.profiling || p.oneIn > 0 || slices.ContainsFunc(p.ending, func(id TracePointID) bool { return r.unpaid[id] }) {
		return
	}
	r.profiling, p.ending = false, nil
	for _, w := range r.all() {
		w.window.skip(now)
	}
}

// beingProfiled tells observers that a profile began or changed.
func (r *round) beingProfiled() {
	r.profiling = true
	now := r.config.Now()
	for _, w := range r.watched {
		w.window.skip(now)
	}
	r.publish()
}
