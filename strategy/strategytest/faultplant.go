package strategytest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pythia-trace/pythia"
)

const (
	mostRounds = 6   // of trials, to find a fault's size
	mostTried  = 8   // points, to find one at which the size can be had
	tolerance  = 0.1 // of the severity
)

// Plant makes something go wrong for the requests that arrive from now on. It tries faults of several sizes on requests of its own, until the
// severity is about right, within 10 % where the point allows it; Planted.Effects tells. That takes some 0.1 s. It fails if the
// fault makes no sense, no point suits it, or the point has one already.
func (w *World) Plant(f Fault) (Planted, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f.Kind < LockContention || f.Kind > ConsistentlySlow {
		return Planted{}, fmt.Errorf("strategytest: there is no fault of kind %d: use one of AllFaults", f.Kind)
	}
	if !(f.Severity >= 0 && f.Severity <= 1000) {
		return Planted{}, fmt.Errorf("strategytest: a severity of %v makes no sense: give one up to 1000, or zero for 1", f.Severity)
	}
	f.Severity = cmp.Or(f.Severity, 1)
	if w.faultless == nil {
		w.faultless = try(w.app, w.config)
	}
	w.plants++
	p := planting{w: w, Fault: f, r: rand.New(&stream{combine(combine(w.config.Seed, hash("fault")), uint64(w.plants))})}
	candidates, err := p.candidates()
	if err != nil {
		return Planted{}, err
	}
	e, effects := p.best(candidates)
	e.start(w.faultless.visitsPerSecond(e.op, w.config.RequestsPerSecond), w.sim.now, w.sim.gapNanos)
	w.sim.faults[e.op.index] = e
	return p.describe(e, effects), nil
}

// Remove ends a fault for the requests that arrive from now on. Removing it again does nothing.
func (w *World) Remove(p Planted) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, e := range w.sim.faults {
		if e != nil && e.number == p.number {
			w.sim.faults[i] = nil
		}
	}
}

// planting is a fault that is looking for its place and size.
type planting struct {
	Fault
	w *World
	r *rand.Rand
}

// candidates are the operations at which the fault may be planted, in the order in which they are to be tried.
func (p *planting) candidates() ([]*operation, error) {
	if p.Point != (pythia.TracePointID{}) {
		o, known := p.w.app.byID[p.Point]
		switch {
		case !known:
			return nil, &pythia.PointError{ID: p.Point, Err: pythia.ErrUnknownPoint}
		case o.entry:
			return nil, &pythia.PointError{ID: p.Point, Err: pythia.ErrAlwaysOn}
		case p.w.sim.faults[o.index] != nil:
			return nil, &pythia.PointError{ID: p.Point, Err: errors.New("the point has a fault already: remove it first")}
		case len(p.w.faultless.passing(o)) == 0:
			return nil, &pythia.PointError{ID: p.Point, Err: errors.New("no request passes the point: choose another")}
		}
		return []*operation{o}, nil
	}
	fits := slices.DeleteFunc(slices.Clone(p.w.app.operations), func(o *operation) bool { return !p.suits(o) })
	p.r.Shuffle(len(fits), func(i, k int) { fits[i], fits[k] = fits[k], fits[i] })
	if len(fits) == 0 {
		return nil, fmt.Errorf("strategytest: no point suits a fault of the kind %q: make a world of more points", p.Kind)
	}
	slices.SortStableFunc(fits, func(a, b *operation) int { return cmp.Compare(btoi(a.level < leastLevel), btoi(b.level < leastLevel)) })
	if deep := slices.IndexFunc(fits, func(o *operation) bool { return o.level < leastLevel }); deep > 0 {
		fits = fits[:deep]
	}
	return fits[:min(len(fits), mostTried)], nil
}

// suits reports whether a fault of the kind may be planted at an operation when the world chooses.
func (p *planting) suits(o *operation) bool {
	if o.entry || p.w.sim.faults[o.index] != nil || !p.w.faultless.surely(o) {
		return false
	}
	switch p.Kind {
	case LockContention, Queueing, CacheMiss:
		return o.records(p.keyOf())
	case SlowPath:
		return o.kind == pythia.KindInternal && len(recording(o)) > 0
	case SlowThirdParty:
		return o.thirdParty != ""
	case RetryStorm:
		return o.size() <= 6
	}
	return true
}

// keyOf is the attribute that may explain a fault of the kind.
func (p *planting) keyOf() string {
	switch p.Kind {
	case LockContention:
		return keyLockQueue
	case Queueing:
		return keyPoolQueue
	case SlowPath:
		return keyItems
	case CacheMiss:
		return keyShard
	case SlowThirdParty:
		return keyRegion
	}
	return ""
}

// recording are the operation and those above it that can record how many items they were given.
func recording(o *operation) []*operation {
	return slices.DeleteFunc(append([]*operation{o}, o.above()...), func(o *operation) bool { return !o.records(keyItems) })
}

// new makes a fault of no size yet.
func (p *planting) new(o *operation) *effect {
	e := &effect{kind: p.Kind, op: o, number: p.w.plants, seed: p.r.Uint64(), keyOp: o, shard: p.r.IntN(shards), slow: make(map[string]bool)}
	e.gap = p.r.IntN(len(o.gaps))
	for _, i := range p.r.Perm(len(regions))[:regionsSlow] {
		e.slow[regions[i]] = true
	}
	if p.Kind == SlowPath {
		if above := recording(o); len(above) > 0 {
			e.keyOp = choose(p.r, above)
		}
	}
	told := p.Kind != SlowThirdParty || p.r.IntN(2) == 0
	if key := p.keyOf(); told && e.keyOp.records(key) {
		e.key = key
	}
	return e
}

// best returns the fault at the first operation where it gets the size wanted, else where it gets closest.
func (p *planting) best(candidates []*operation) (best *effect, effects []Effect) {
	closest := math.Inf(1)
	for _, o := range candidates {
		e := p.new(o)
		found := p.fit(e)
		if off := math.Abs(math.Log(p.greatest(found) / p.Severity)); best == nil || off < closest {
			best, effects, closest = e, found, off
		}
		if closest < math.Log(1+tolerance) {
			break
		}
	}
	return best, effects
}

// fit finds the fault's size and returns its effects on the request types that pass it. The first guess is for an operation that is passed once by
// every request; what it misses is made up in proportion.
func (p *planting) fit(e *effect) []Effect {
	base := p.w.faultless
	types := base.passing(e.op)
	rate := base.visitsPerSecond(e.op, p.w.config.RequestsPerSecond)
	effects := make([]Effect, len(types))
	e.nanos = 0.5 * p.Severity * 1e9 * mean(base.seconds[types[0]])
	for round := 0; ; round++ {
		faulty := tryFault(p.w.app, p.w.config, *e, rate, types)
		for i, t := range types {
			effects[i] = base.compare(faulty, t)
		}
		ratio := p.greatest(effects) / p.Severity
		if round == mostRounds || math.Abs(ratio-1) < tolerance {
			return effects
		}
		e.nanos *= min(max(1/ratio, 0.2), 5)
	}
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

func (p *planting) greatest(effects []Effect) float64 {
	most := 0.0
	for _, e := range effects {
		most = max(most, e.relative(p.Kind))
	}
	return most
}

func (p *planting) describe(e *effect, effects []Effect) Planted {
	planted := Planted{Fault: p.Fault, Key: e.key, number: e.number}
	planted.Point = e.op.id
	if e.key != "" {
		planted.KeyPoint = e.keyOp.id
	}
	types := p.w.faultless.passing(e.op)
	order := make([]int, len(types))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(effects[b].relative(p.Kind), effects[a].relative(p.Kind)) })
	for _, i := range order {
		planted.RequestTypes = append(planted.RequestTypes, p.w.app.types[types[i]])
		planted.Effects = append(planted.Effects, effects[i])
	}
	return planted
}
