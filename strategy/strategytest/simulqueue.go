package strategytest

import "math"

// queue is what requests wait at in a line, first come first served: a lock, or a pool of workers. Others wait there too, in bursts: jobs that
// nobody traces, who take as long.
type queue struct {
	free      []int64 // when each worker is free
	begins    []int64 // of those who came so far and may still wait, in order
	holdNanos float64
	burst     float64 // how many come in one, on average
	gapNanos  float64 // between bursts, on average
	swing     float64 // by what part the rate of bursts swings around its average, below 1
	period    float64 // of the swing, in nanoseconds
	others    stream
	next      int64 // when the next burst comes
}

const (
	othersLoad = 0.35 // of the capacity, on average
	ownLoad    = 0.2  // of the capacity, at most
	// memory is how many bursts back anything may still matter. Those before are left out, so that rare visits cost no more.
	memory = 500
)

// queueConfig says what waiting is wanted.
type queueConfig struct {
	workers   int
	waitNanos float64 // the standard deviation of the wait
	visits    float64 // requests' visits per second
	swing     float64
	period    float64 // nanoseconds
	seed      uint64
	start     int64
}

// newQueue chooses how long workers are held and how many come in a burst. With one worker of the pool's speed, Poisson visits and bursts of a
// geometric size, the waiting time has the moments of Pollaczek and Khinchine:
//
//	E[W] = λE[S²] / 2(1−ρ),  E[W²] = 2E[W]² + λE[S³] / 3(1−ρ)
//
// where S is the work that comes at once. The burst is searched that gives the standard deviation wanted.
func newQueue(c queueConfig) *queue {
	k := float64(c.workers)
	hold := c.waitNanos / 4
	if c.visits > 0 {
		hold = min(hold, ownLoad*k/c.visits*1e9)
	}
	work := hold / k
	own := c.visits / 1e9 // per nanosecond
	deviation := func(m float64) float64 {
		bursts := othersLoad / (m * work)
		second := own*work*work + bursts*work*work*(2*m*m-m)
		third := own*work*work*work + bursts*work*work*work*(6*m*m*m-6*m*m+m)
		idle := 1 - othersLoad - own*work
		mean := second / (2 * idle)
		return math.Sqrt(mean*mean + third/(3*idle))
	}
	least, most := 1.0, 1e6
	for range 60 {
		if m := (least + most) / 2; deviation(m) < c.waitNanos {
			least = m
		} else {
			most = m
		}
	}
	q := &queue{
		free: make([]int64, c.workers), holdNanos: hold, burst: least, gapNanos: least * work / othersLoad, swing: c.swing, period: c.period,
		others: stream{c.seed}, next: c.start,
	}
	q.advance()
	return q
}

// join takes a request in, at times that never go back, and returns when its turn comes and how many wait before it.
func (q *queue) join(at int64) (begin int64, waiting int) {
	if forgotten := at - int64(memory*q.gapNanos); q.next < forgotten {
		q.next = forgotten
	}
	for q.next <= at {
		for range q.others.geometric(q.burst) {
			q.serve(q.next)
		}
		q.advance()
	}
	served := 0
	for served < len(q.begins) && q.begins[served] <= at {
		served++
	}
	q.begins = append(q.begins[:0], q.begins[served:]...)
	waiting = len(q.begins)
	return q.serve(at), waiting
}

// serve has the worker who is free first do a job. The line keeps its order, so the jobs begin in it.
func (q *queue) serve(at int64) int64 {
	first := 0
	for i := range q.free {
		if q.free[i] < q.free[first] {
			first = i
		}
	}
	begin := max(at, q.free[first])
	q.free[first] = begin + int64(q.holdNanos)
	q.begins = append(q.begins, begin)
	return begin
}

// advance draws when the next burst comes, by thinning (Lewis and Shedler 1979) where the rate swings.
func (q *queue) advance() {
	highest := 1 + q.swing
	for {
		q.next += 1 + int64(q.others.exponential()*q.gapNanos/highest)
		rate := 1.0
		if q.swing > 0 {
			rate += q.swing * math.Sin(2*math.Pi*math.Mod(float64(q.next), q.period)/q.period)
		}
		if unit(q.others.Uint64())*highest <= rate {
			return
		}
	}
}
