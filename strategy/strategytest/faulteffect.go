package strategytest

import "math"

// effect is what a fault does to an operation.
type effect struct {
	kind   FaultKind
	number int // in its world
	op     *operation
	gap    int // in which of the operation's gaps the time is lost
	seed   uint64
	// nanos is the size of the fault: the standard deviation of a wait, or the time that a slow one takes longer.
	nanos float64
	queue *queue
	key   string
	keyOp *operation // whose attribute explains it
	shard int
	slow  map[string]bool // regions
}

const (
	slowProbability  = 0.3
	retryProbability = 0.4
	mostAttempts     = 6
	poolWorkers      = 4
	poolSwing        = 0.8
	swingRequests    = 200
	// regionsSlow of the regions are a part of slowProbability.
	regionsSlow = 3
)

// manyItems is exceeded by slowProbability of the requests.
var manyItems = math.Floor(1 - 12*math.Log(slowProbability))

// spread returns a lognormal factor with a median of 1.
func spread(bits uint64, sigma float64) float64 {
	// The logistic distribution is close to the normal one, and inverted easily.
	u := min(max(unit(bits), 1e-4), 1-1e-4)
	return math.Exp(sigma * math.Log(u/(1-u)) * math.Sqrt(3) / math.Pi)
}

// apply makes a visit suffer.
func (e *effect) apply(r *request, at int32) {
	v := &r.visits[at]
	v.effect = e
	chance, size := combine(v.key, e.seed), combine(v.key, e.seed+1)
	switch e.kind {
	case LockContention, Queueing:
		v.queued = before
	case SlowPath:
		if e.itemsOf(r, at) > manyItems {
			v.extraNanos = e.nanos * spread(size, 0.1)
		}
	case SlowThirdParty:
		if e.slowCall(v, chance) {
			v.extraNanos = e.nanos * spread(size, 0.6)
		}
	case CacheMiss:
		if pick(combine(v.key, hash(keyShard)), shards) == e.shard {
			v.extraNanos = e.nanos * spread(size, 0.1)
		}
	case RetryStorm:
		v.extraNanos = e.nanos * spread(size, 0.1)
	case ConsistentlySlow:
		v.extraNanos = e.nanos * spread(size, 0.02)
	}
}

// itemsOf returns how many items the explaining operation was given: the visit itself or the nearest above it.
func (e *effect) itemsOf(r *request, at int32) float64 {
	for r.visits[at].op != e.keyOp && r.visits[at].parent >= 0 {
		at = r.visits[at].parent
	}
	return items(combine(r.visits[at].key, hash(keyItems)))
}

func (e *effect) slowCall(v *visit, chance uint64) bool {
	if e.key == "" {
		return unit(chance) < slowProbability
	}
	return e.slow[regional.value(combine(v.key, hash(keyRegion))).String()]
}

// attempts returns how often a call is tried. It may be asked of nil.
func (e *effect) attempts(key uint64) int {
	if e == nil || e.kind != RetryStorm {
		return 1
	}
	u := unit(combine(key, e.seed+2))
	if u >= retryProbability {
		return 1
	}
	return 2 + int(u/retryProbability*(mostAttempts-1))
}

// start makes what the fault needs for requests that pass the operation at some rate. gapNanos is the time between two of a type.
func (e *effect) start(visitsPerSecond float64, now int64, gapNanos float64) {
	c := queueConfig{workers: 1, waitNanos: e.nanos, visits: visitsPerSecond, period: swingRequests * gapNanos, seed: combine(e.seed, 3), start: now}
	switch e.kind {
	case LockContention:
		e.queue = newQueue(c)
	case Queueing:
		c.workers, c.swing = poolWorkers, poolSwing
		e.queue = newQueue(c)
	}
}
