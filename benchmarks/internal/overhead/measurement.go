package overhead

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	perRound       = 100 // requests
	perPairRound   = 50
	perDirectRound = 400
	pairsPerFull   = 10     // rounds with the bare variants and the points that are off alone, whose difference is hardest to see, to one with all
	directPerFull  = 4      // rounds without work, which are short
	leastRounds    = 4      // with all variants
	precision      = 0.0025 // of the Ratio of Off, to either side
)

// The places of the variants that rounds of few have.
const (
	bareAt  = 0
	offAt   = 1
	againAt = 2
)

// measurement is one in progress.
type measurement struct {
	variants []*variant
	served   []*served
	idle     []http.Handler
	random   *rand.Rand
	// load and pairs have the rounds at full load, direct those without work, server and clients.
	load, pairs, direct []round
	requests            []int           // of each variant at full load
	took                []time.Duration // by these
	sent                []int           // requests of each variant in all
	precise             bool
	pointOff            float64
}

func newMeasurement() (*measurement, error) {
	s, err := newShop()
	if err != nil {
		return nil, err
	}
	m := &measurement{random: rand.New(rand.NewPCG(5, 6))}
	if m.variants, err = newVariants(); err != nil {
		return nil, err
	}
	for _, v := range m.variants {
		served, err := serve(v.handler(s))
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		m.served, m.idle = append(m.served, served), append(m.idle, v.handler(nil))
	}
	n := len(m.variants)
	m.requests, m.took, m.sent = make([]int, n), make([]time.Duration, n), make([]int, n)
	return m, nil
}

func (m *measurement) close() error {
	var errs []error
	for _, s := range m.served {
		errs = append(errs, s.close())
	}
	return errors.Join(append(errs, closeAll(m.variants))...)
}

// run measures until the interval of Off is narrow enough, or the time is up.
func (m *measurement) run(ctx context.Context, until time.Time) error {
	m.pointOff = pointOff()
	if err := m.warmUp(ctx); err != nil {
		return err
	}
	for next := leastRounds; len(m.load) < leastRounds || !m.precise && time.Now().Before(until); {
		if err := m.rounds(ctx); err != nil {
			return err
		}
		if len(m.load) == next { // not after each: it takes a while
			next += next/5 + 1
			off := m.estimate(m.pairs, ratio(offAt))
			m.precise = max(off.High-off.Value, off.Value-off.Low) < precision
		}
	}
	return nil
}

// warmUp opens the connections and fills the caches.
func (m *measurement) warmUp(ctx context.Context) error {
	if err := m.rounds(ctx); err != nil {
		return err
	}
	n := len(m.variants)
	m.load, m.pairs, m.direct, m.requests, m.took = nil, nil, nil, make([]int, n), make([]time.Duration, n)
	return nil
}

func (m *measurement) rounds(ctx context.Context) (err error) {
	for range directPerFull {
		if m.direct, err = m.round(ctx, m.direct, len(m.variants), m.directly); err != nil {
			return err
		}
	}
	if m.load, err = m.round(ctx, m.load, len(m.variants), m.atLoad); err != nil {
		return err
	}
	return m.addPairs(ctx)
}

// addPairs compares points that are off with nothing. They allocate nothing, so garbage is collected in between: when it is collected is most of what
// makes rounds differ.
func (m *measurement) addPairs(ctx context.Context) (err error) {
	defer runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range pairsPerFull {
		m.pairs, err = m.round(ctx, m.pairs, againAt+1, func(ctx context.Context, i int) (float64, error) {
			return m.cpu(ctx, i, perPairRound, func() error { return m.served[i].load(ctx, perPairRound) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// round adds a round with the first variants, in random order.
func (m *measurement) round(ctx context.Context, to []round, variants int, run func(context.Context, int) (float64, error)) ([]round, error) {
	r := make(round, len(m.variants))
	for _, i := range m.random.Perm(variants) {
		took, err := run(ctx, i)
		if err != nil {
			return to, err
		}
		r[i] = took
	}
	return append(to, r), nil
}

// atLoad returns what a request takes of a variant at full load, in seconds of CPU.
func (m *measurement) atLoad(ctx context.Context, i int) (float64, error) {
	began := time.Now()
	took, err := m.cpu(ctx, i, perRound, func() error { return m.served[i].load(ctx, perRound) })
	m.requests[i] += perRound
	m.took[i] += time.Since(began)
	return took, err
}

// directly returns what the instrumentation of a request takes, in seconds of CPU.
func (m *measurement) directly(ctx context.Context, i int) (float64, error) {
	return m.cpu(ctx, i, perDirectRound, func() error {
		callDirectly(m.idle[i], perDirectRound)
		return ctx.Err()
	})
}

// cpu returns what the process uses for each of n requests, and for what a variant does after them.
func (m *measurement) cpu(ctx context.Context, i, n int, send func() error) (float64, error) {
	before, err := used()
	if err != nil {
		return 0, err
	}
	if err := errors.Join(send(), m.variants[i].settle(ctx)); err != nil {
		return 0, err
	}
	m.sent[i] += n
	after, err := used()
	return (after - before).Seconds() / float64(n), err
}
