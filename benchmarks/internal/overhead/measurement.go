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
	mostAtOnce    = 400    // requests of a variant in a round
	leastTurns    = 4      // rounds with all variants
	offPrecision  = 0.0025 // of the Ratio of Off, to either side
	partPrecision = 0.025  // of SkeletonToSDKAtLoad
)

// The places of the variants that are compared closely.
const (
	bareAt     = 0
	offAt      = 1
	againAt    = 2
	skeletonAt = 4
	sdkAt      = 8
)

// measurement is one in progress.
type measurement struct {
	variants []*variant
	served   []*served
	idle     []http.Handler
	random   *rand.Rand
	sent     []int // requests of each variant
	took     []time.Duration
	precise  bool
	pointOff float64
	// all has what a request takes of each variant at full load. What is to be told apart is also compared in rounds of its own, of which there are more:
	// points that are off with nothing, and the skeleton with the SDK.
	all, off, part contest
	// direct is without work, server and clients.
	direct contest
}

// contest has variants take turns.
type contest struct {
	variants  []int // their places; none: all
	perTurn   int   // rounds, for one with all variants
	requests  int   // of each variant in a round
	collected bool  // garbage is collected before a variant's requests, rather than when it has piled up
	rounds    []round
}

func newMeasurement() (*measurement, error) {
	s, err := newShop()
	if err != nil {
		return nil, err
	}
	m := &measurement{
		random: rand.New(rand.NewPCG(5, 6)),
		all:    contest{perTurn: 1, requests: 100},
		// Points that are off make no garbage, but what others make is collected once in some 50 requests: so it is here, for each variant alike. When it is
		// collected is else most of what makes rounds differ.
		off:    contest{variants: []int{bareAt, offAt, againAt}, perTurn: 10, requests: 50, collected: true},
		part:   contest{variants: []int{bareAt, skeletonAt, sdkAt}, perTurn: 5, requests: 200},
		direct: contest{perTurn: 4, requests: mostAtOnce},
	}
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
	m.took, m.sent = make([]time.Duration, n), make([]int, n)
	return m, nil
}

func (m *measurement) close() error {
	var errs []error
	for _, s := range m.served {
		errs = append(errs, s.close())
	}
	return errors.Join(append(errs, closeAll(m.variants))...)
}

// run measures until the intervals are narrow enough, or the time is up.
func (m *measurement) run(ctx context.Context, until time.Time) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	m.pointOff = pointOff()
	if err := m.warmUp(ctx); err != nil {
		return err
	}
	for next := leastTurns; len(m.all.rounds) < leastTurns || !m.precise && time.Now().Before(until); {
		if err := m.turn(ctx); err != nil {
			return err
		}
		if len(m.all.rounds) == next { // not after each: it takes a while
			next += next/5 + 1
			off, part := m.estimate(&m.off, ratio(offAt)), m.compared(&m.part, beyondRatio)
			m.precise = off.within(offPrecision) && part.within(partPrecision)
		}
	}
	return nil
}

// warmUp opens the connections and fills the caches.
func (m *measurement) warmUp(ctx context.Context) error {
	if err := m.turn(ctx); err != nil {
		return err
	}
	for _, c := range m.contests() {
		c.rounds = nil
	}
	clear(m.took)
	return nil
}

func (m *measurement) contests() []*contest { return []*contest{&m.direct, &m.all, &m.off, &m.part} }

// turn has one round with all variants, and as many of the other contests as belong to it.
func (m *measurement) turn(ctx context.Context) error {
	for _, c := range m.contests() {
		for range c.perTurn {
			if err := m.round(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// round adds a round to a contest, with its variants in random order.
func (m *measurement) round(ctx context.Context, c *contest) error {
	if c.collected {
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
	}
	variants := c.variants
	if variants == nil {
		variants = m.random.Perm(len(m.variants))
	}
	r := make(round, len(m.variants))
	for _, at := range m.random.Perm(len(variants)) {
		i := variants[at]
		if c.collected {
			runtime.GC()
		}
		began := time.Now()
		took, err := m.cpu(ctx, i, c.requests, func() error {
			if c == &m.direct {
				callDirectly(m.idle[i], c.requests)
				return ctx.Err()
			}
			return m.served[i].load(ctx, c.requests)
		})
		if err != nil {
			return err
		}
		if r[i] = took; c == &m.all {
			m.took[i] += time.Since(began)
		}
	}
	c.rounds = append(c.rounds, r)
	return nil
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
