package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
	"github.com/pythia-trace/pythia/cca"
	"github.com/pythia-trace/pythia/localize"
)

const (
	observations, variables = 10_000, 50 // that there are bars for
	outcomes                = 5          // what variables are related to

	mostDip, mostModes, mostCCA = 1e-3, 5e-3, 50e-3 // seconds
	alpha                       = 0.05              // the level at which modes are told apart
)

// statistics is what the numeric methods take, in seconds.
type statistics struct {
	Observations, Variables int
	Rows                    []method
	PerVariables            growth
}

// method is one of them, on as many observations as there is a bar for.
type method struct {
	name, published string
	took            spread
	floor           float64 // what the arithmetic takes at the hardware's best, or the standard library to sort
	floorOf         string
	bound           float64
	growth          growth
}

// mixture draws durations around 10 and 50 ms, log-normally: two modes.
func mixture(n int) []float64 {
	draw := rand.New(rand.NewPCG(1, 0))
	sample := make([]float64, n)
	for i := range sample {
		sample[i] = 0.01 * math.Exp(0.3*draw.NormFloat64())
		if draw.IntN(3) == 0 {
			sample[i] *= 5
		}
	}
	return sample
}

// matrices draws observations of variables, and of outcomes that depend on some of them.
func matrices(n, p int) (x, y *mat.Dense) {
	draw := rand.New(rand.NewPCG(2, 0))
	x, y = mat.NewDense(n, p, nil), mat.NewDense(n, outcomes, nil)
	for i := range n {
		for j := range p {
			x.Set(i, j, draw.NormFloat64())
		}
		for j := range outcomes {
			y.Set(i, j, x.At(i, j%p)+draw.NormFloat64())
		}
	}
	return x, y
}

func (l *lab) measureStatistics(h *hardware) (*statistics, error) {
	s := &statistics{Observations: pick(l, observations, 1_000), Variables: pick(l, variables, 10)}
	sizes := pick(l, []int{1_000, 10_000, 100_000, 1_000_000}, []int{500, 1_000, 4_000})
	s.Rows = s.methods(h)
	for i := range s.Rows {
		if err := s.measureRow(l, &s.Rows[i], sizes); err != nil {
			return nil, err
		}
	}
	s.PerVariables = growth{Name: "CCA, by variables"}
	for _, p := range pick(l, []int{10, 25, 50, 100, 200}, []int{5, 10, 20}) {
		l.progress.begin("statistics: CCA, %d variables", p)
		took, err := l.timed(correlate(s.Observations, p))
		if err != nil {
			return nil, err
		}
		s.PerVariables.add(float64(p), took.Median)
	}
	return s, nil
}

// methods are what is to be measured.
func (s *statistics) methods(h *hardware) []method {
	sorting := sortingSeconds(s.Observations)
	columns := float64(s.Variables + outcomes)
	products := float64(s.Observations) * columns * columns / 2 / h.MultiplyAdds
	return []method{
		{name: "dip test", published: "O(n log n) to sort, then O(n): Hartigan, AS 217, 1985; R's diptest", bound: mostDip, floor: sorting, floorOf: "slices.Sort"},
		{name: "modes", published: "O(n log n): SkinnyDip, Maurus and Plant 2016", bound: mostModes, floor: sorting, floorOf: "slices.Sort"},
		{name: "CCA", published: "O(n p²): scikit-learn", bound: mostCCA, floor: products, floorOf: "inner products of the columns"},
	}
}

// measureRow measures a method with several numbers of observations.
func (s *statistics) measureRow(l *lab, m *method, sizes []int) error {
	m.growth.Name = m.name
	for _, n := range sizes {
		l.progress.begin("statistics: %s, %d observations", m.name, n)
		took, err := l.timed(m.call(n, s.Variables))
		if err != nil {
			return err
		}
		m.growth.add(float64(n), took.Median)
		if n == s.Observations {
			m.took = took
		}
	}
	return nil
}

// call is the method at work on so many observations.
func (m *method) call(n, p int) func() error {
	switch m.name {
	case "dip test":
		sample := mixture(n)
		return func() error { localize.Dip(sample); return nil }
	case "modes":
		sample := mixture(n)
		return func() error {
			if found := localize.Modes(sample, alpha); len(found) < 2 {
				return fmt.Errorf("%d modes found in a sample of two", len(found))
			}
			return nil
		}
	}
	return correlate(n, p)
}

func correlate(n, p int) func() error {
	x, y := matrices(n, p)
	return func() error { _, err := cca.Analyze(x, y, cca.Options{}); return err }
}

// sortingSeconds is what the standard library takes to sort a sample.
func sortingSeconds(n int) float64 {
	sample := mixture(n)
	scratch := make([]float64, n)
	return fastest(func() { copy(scratch, sample); slices.Sort(scratch) })
}

func (s *statistics) bars() (all []bar) {
	for _, m := range s.Rows {
		what := fmt.Sprintf("%s, n = %s", m.name, whole(s.Observations))
		if m.name == "CCA" {
			what = fmt.Sprintf("%s, %s × %d", m.name, whole(s.Observations), s.Variables)
		}
		b := atMost(what, m.took, m.bound)
		b.Beside = m.published
		all = append(all, b)
	}
	return all
}

// Table says what the methods take, and how that grows.
func (s *statistics) Table() string {
	t := markdown.Table{Heads: []string{"", "published", "CPU time", "beside", "times that", "exponent", "n log n would be"}, Left: 2}
	for _, m := range s.Rows {
		t.Add(m.name, m.published, m.took.text(seconds()), m.floorOf+": "+duration(m.floor), ratio(m.took.Median/m.floor),
			m.growth.Text(), fmt.Sprintf("%.2f", m.growth.linearithmic()))
	}
	return t.String()
}

// Exponent is how CCA grows with the variables.
func (s *statistics) Exponent() string { return s.PerVariables.Text() }

// Outcomes is how many variables the others are related to.
func (s *statistics) Outcomes() int { return outcomes }
