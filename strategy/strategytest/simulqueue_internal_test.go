package strategytest

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQueueAgainstTheory: with Poisson visits and others in bursts, waits have the deviation that Pollaczek and Khinchine give.
func TestQueueAgainstTheory(t *testing.T) {
	for _, c := range []queueConfig{
		{workers: 1, waitNanos: 5e7, visits: 10, seed: 1},
		{workers: 1, waitNanos: 1e8, visits: 100, seed: 2},
		{workers: 1, waitNanos: 1e6, visits: 50, seed: 3},
	} {
		q := newQueue(c)
		arrivals := stream{7}
		const n = 100_000
		at, sum, squares, ahead := int64(0), 0.0, 0.0, 0
		for range n {
			at += int64(arrivals.exponential() * 1e9 / c.visits)
			begin, waiting := q.join(at)
			require.GreaterOrEqual(t, begin, at)
			require.GreaterOrEqual(t, float64(begin-at)+1, float64(waiting)*math.Floor(q.holdNanos), "those ahead are served first")
			wait := float64(begin - at)
			sum, squares, ahead = sum+wait, squares+wait*wait, ahead+waiting
		}
		deviation := math.Sqrt(squares/n - sum/n*sum/n)
		require.InEpsilon(t, c.waitNanos, deviation, 0.05)
		require.Positive(t, ahead)
	}
}

// TestQueueOfOnlyRequests: a M/D/1 queue at 60 % load waits ρ/2(1−ρ) of a service on average.
func TestQueueOfOnlyRequests(t *testing.T) {
	q := &queue{free: make([]int64, 1), holdNanos: 6e6, next: math.MaxInt64}
	arrivals := stream{8}
	const n = 300_000
	at, sum := int64(0), 0.0
	for range n {
		at += int64(arrivals.exponential() * 1e7)
		begin, _ := q.join(at)
		sum += float64(begin - at)
	}
	require.InEpsilon(t, 0.75*6e6, sum/n, 0.02)
}

func TestQueueOfSeveralWorkers(t *testing.T) {
	q := &queue{free: make([]int64, 2), holdNanos: 100, next: math.MaxInt64}
	for i, want := range []struct {
		at, begin int64
		waiting   int
	}{{0, 0, 0}, {10, 10, 0}, {20, 100, 0}, {30, 110, 1}, {40, 200, 2}, {105, 210, 2}, {1000, 1000, 0}} {
		begin, waiting := q.join(want.at)
		require.Equal(t, want.begin, begin, "visit %d", i)
		require.Equal(t, want.waiting, waiting, "visit %d", i)
	}
}

// TestSwing: bursts come more often in one half of the period than in the other.
func TestSwing(t *testing.T) {
	q := newQueue(queueConfig{workers: poolWorkers, waitNanos: 1e7, swing: poolSwing, period: 1e10, seed: 4})
	var halves [2]int
	for q.next < 1e12 {
		halves[q.next/5e9%2]++
		q.advance()
	}
	require.InEpsilon(t, (1+2*poolSwing/math.Pi)/(1-2*poolSwing/math.Pi), float64(halves[0])/float64(halves[1]), 0.1)
}

func TestStream(t *testing.T) {
	s := stream{1}
	sum, sumGeometric := 0.0, 0
	const n = 100_000
	for range n {
		sum += s.exponential()
		k := s.geometric(5)
		require.Positive(t, k)
		sumGeometric += k
	}
	require.InEpsilon(t, 1, sum/n, 0.02)
	require.InEpsilon(t, 5, float64(sumGeometric)/n, 0.02)
	require.Equal(t, 1, s.geometric(0.5))
	require.Equal(t, 1, s.geometric(1))
}

// TestEventsInOrder: events come out by time, and by when they were pushed.
func TestEventsInOrder(t *testing.T) {
	s := &simulation{}
	r := stream{3}
	for range 1000 {
		s.push(event{at: int64(pick(r.Uint64(), 50))})
	}
	last := s.pop()
	for range 999 {
		e := s.pop()
		require.True(t, last.before(e))
		last = e
	}
	require.Empty(t, s.events)
}

// TestRequestsAreUsedAgain: a world does not grow.
func TestRequestsAreUsedAgain(t *testing.T) {
	w := NewWorld(WorldConfig{RequestsPerSecond: 50})
	points := w.points
	_, err := w.Plant(Fault{Kind: LockContention})
	require.NoError(t, err)
	for range 200 {
		for _, p := range points {
			_ = w.EnableFor(t.Context(), 1, p.ID)
		}
		w.Run(1e9, nil)
	}
	require.Less(t, len(w.sim.idle)+len(w.sim.inFlight), 500)
	require.Less(t, len(w.sim.events), 1000)
	for _, kept := range w.switches.history {
		require.LessOrEqual(t, len(kept), 3)
	}
	for _, e := range w.sim.faults {
		if e != nil {
			require.Less(t, cap(e.queue.begins), 10_000)
		}
	}
}
