package strategytest

import (
	"math"
	"slices"
)

// trialRequests is how many requests of each type a trial runs.
const trialRequests = 1500

// trial is what requests did in a run of their own: the same requests in every trial.
type trial struct {
	seconds [][]float64 // by request type, by number
	visits  [][]float64 // by request type, by operation: per request
	reach   [][]float64 // by request type, by operation: the part of the requests that pass it
}

// try runs requests of some types through an application without faults, and sees what they pass.
func try(app *application, c WorldConfig) *trial {
	t := &trial{seconds: make([][]float64, len(app.roots))}
	types := make([]int, len(app.roots))
	for i := range types {
		types[i] = i
		t.visits = append(t.visits, make([]float64, len(app.operations)))
		t.reach = append(t.reach, make([]float64, len(app.operations)))
	}
	t.run(newTrial(app, c), types, t.see)
	return t
}

// tryFault runs requests of some types with a fault, and takes their times only.
func tryFault(app *application, c WorldConfig, e effect, visitsPerSecond float64, types []int) *trial {
	s := newTrial(app, c)
	e.start(visitsPerSecond, s.now, s.gapNanos)
	s.faults[e.op.index] = &e
	t := &trial{seconds: make([][]float64, len(app.roots))}
	t.run(s, types, func(*request) {})
	return t
}

func newTrial(app *application, c WorldConfig) *simulation {
	return newSimulation(app, combine(c.Seed, hash("trial")), c.RequestsPerSecond, start.UnixNano())
}

func (t *trial) run(s *simulation, types []int, see func(*request)) {
	for _, i := range types {
		t.seconds[i] = make([]float64, trialRequests)
		s.arriveNext(i)
	}
	for left := trialRequests * len(types); left > 0; {
		r := s.next(math.MaxInt64)
		if r.number < trialRequests {
			t.seconds[r.requestType][r.number] = float64(r.visits[0].end-r.visits[0].start) / 1e9
			see(r)
			left--
		}
		s.recycle(r)
	}
}

func (t *trial) see(r *request) {
	visits, reach := t.visits[r.requestType], t.reach[r.requestType]
	seen := make([]bool, len(visits))
	for i := range r.visits {
		op := r.visits[i].op.index
		visits[op] += 1. / trialRequests
		if !seen[op] {
			seen[op] = true
			reach[op] += 1. / trialRequests
		}
	}
}

// passing returns the request types that pass an operation.
func (t *trial) passing(o *operation) []int {
	var types []int
	for i := range t.reach {
		if t.reach[i][o.index] > 0 {
			types = append(types, i)
		}
	}
	return types
}

// visitsPerSecond of an operation, by all requests.
func (t *trial) visitsPerSecond(o *operation, requestsPerSecond float64) float64 {
	sum := 0.0
	for i := range t.visits {
		sum += t.visits[i][o.index] * requestsPerSecond
	}
	return sum
}

// surely reports whether all requests of some type pass the operation.
func (t *trial) surely(o *operation) bool {
	return slices.ContainsFunc(t.reach, func(reach []float64) bool { return reach[o.index] > 1-0.5/trialRequests })
}

// compare returns what a fault added to the requests of a type, request by request.
func (t *trial) compare(faulty *trial, requestType int) Effect {
	var e Effect
	var squares float64
	for i, base := range t.seconds[requestType] {
		added := faulty.seconds[requestType][i] - base
		e.Mean += base / trialRequests
		e.AddedMean += added / trialRequests
		squares += added * added / trialRequests
	}
	e.AddedStdDev = math.Sqrt(max(0, squares-e.AddedMean*e.AddedMean))
	return e
}
