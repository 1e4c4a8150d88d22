package cca

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/pythia-trace/pythia"
)

// Explainer finds the variables that go along with a finding's durations. It implements [pythia.Explainer]; the zero value is ready
// to use. It is safe for concurrent use.
//
// Each variable, a number or the indicators of a category, is related to the seconds spent at the finding's place by canonical correlation;
// with one duration that is the multiple correlation. Chance is ruled out by permuting the requests: the p-value of
// a variable is how often the best of all variables does as well on shuffled requests (Westfall & Young 1993), and is so corrected for
// their number. Variables that correlate with a better one by Duplicate or more, or order the requests alike, are shown with it. Requests are assumed to be
// independent of each other.
type Explainer struct {
	// Level is the greatest corrected p-value of an explanation; zero means 0.01.
	Level float64
	// LeastStrength is the least canonical correlation of an explanation; zero means 0.3.
	LeastStrength float64
	// Duplicate is the canonical correlation from which two variables count as one; zero means 0.9.
	Duplicate float64
	// Most bounds how many explanations are given; zero means 5.
	Most int
	// MaxCategories is how many values a category may have; zero means 20.
	MaxCategories int
	// Permutations is how often requests are shuffled; zero means 999.
	Permutations int
}

func (e Explainer) withDefaults() Explainer {
	set := func(v *float64, def float64) {
		if *v == 0 {
			*v = def
		}
	}
	set(&e.Level, 0.01)
	set(&e.LeastStrength, 0.3)
	set(&e.Duplicate, 0.9)
	for v, def := range map[*int]int{&e.Most: 5, &e.MaxCategories: 20, &e.Permutations: 999} {
		if *v == 0 {
			*v = def
		}
	}
	return e
}

// fewestRequests is how many requests a sample must have for anything to be explained.
const fewestRequests = 10

// Explain implements [pythia.Explainer].
func (e Explainer) Explain(f *pythia.Finding) ([]pythia.Explanation, error) {
	e = e.withDefaults()
	s := f.Sample
	if err := errors.Join(e.check(), check(s)); err != nil {
		return nil, err
	}
	if len(s.PlaceSeconds) < fewestRequests {
		return nil, nil
	}
	candidates := e.candidates(s)
	if len(candidates) == 0 {
		return nil, nil
	}
	e.correct(candidates, s.PlaceSeconds)
	modes := 1
	if f.Group != nil {
		modes = len(f.Group.Modes)
	}
	return e.choose(candidates, s, modes), nil
}

func (e Explainer) check() error {
	switch {
	case e.Most < 0 || e.MaxCategories < 0 || e.Permutations < 0:
		return errors.New("cca: Most, MaxCategories and Permutations must not be negative; leave them 0 for the defaults")
	case 1/float64(e.Permutations+1) > e.Level:
		return fmt.Errorf("cca: %d permutations cannot give a p-value of %v; use at least %.0f", e.Permutations, e.Level, math.Ceil(1/e.Level)-1)
	}
	return nil
}

func check(s *pythia.Sample) error {
	if s == nil {
		return errors.New("cca: the finding has no sample to explain")
	}
	n := len(s.PlaceSeconds)
	if len(s.TotalSeconds) != n {
		return fmt.Errorf("cca: the sample has %d places but %d totals; they must be of one length", n, len(s.TotalSeconds))
	}
	for i := range n {
		if missing(s.PlaceSeconds[i]) || missing(s.TotalSeconds[i]) {
			return fmt.Errorf("cca: the durations of request %d of the sample are not finite", i)
		}
	}
	for _, v := range s.Variables {
		if max(len(v.Numbers), len(v.Category)) != n || min(len(v.Numbers), len(v.Category)) != 0 {
			return fmt.Errorf("cca: variable %q has %d values for %d requests", v.Name, len(v.Numbers)+len(v.Category), n)
		}
	}
	return nil
}

// candidate is a variable with its columns and how it relates to the place's durations.
type candidate struct {
	pythia.Variable
	columns   *mat.Dense // requests × columns; NaN where missing
	basis     *mat.Dense // orthonormal rows, 0 where missing
	strength  float64
	direction int
	observed  float64 // adjusted R²
	exceeded  int     // permutations with a candidate that did as well
	p         float64
}

func (e Explainer) candidates(s *pythia.Sample) []*candidate {
	place := mat.NewDense(len(s.PlaceSeconds), 1, slices.Clone(s.PlaceSeconds))
	var out []*candidate
	for _, v := range s.Variables {
		c := e.candidate(v, place)
		if twin, ok := asCategory(v, e.MaxCategories); ok {
			c = better(c, e.candidate(twin, place), s.PlaceSeconds)
		}
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}

// candidate relates a variable to the place's durations; it returns nil for one that says nothing.
func (e Explainer) candidate(v pythia.Variable, place *mat.Dense) *candidate {
	c := &candidate{Variable: v}
	if c.columns = columnsOf(v, e.MaxCategories); c.columns == nil {
		return nil
	}
	r, err := Analyze(c.columns, place, Options{})
	if err != nil {
		return nil // constant, mostly missing or as many values as requests
	}
	if c.basis = orthonormalRows(c.columns); c.basis == nil {
		return nil
	}
	c.strength = r.Correlations[0]
	if v.Numbers != nil {
		c.direction = int(math.Copysign(1, r.XLoadings.At(0, 0)*r.YLoadings.At(0, 0)))
	}
	return c
}

// columnsOf returns a number as one column, and a category as indicators of all its values but the most frequent. It returns nil for
// a category of too many values or of values that hardly repeat.
func columnsOf(v pythia.Variable, maxCategories int) *mat.Dense {
	if v.Numbers != nil {
		return mat.NewDense(len(v.Numbers), 1, slices.Clone(v.Numbers))
	}
	counts := make(map[string]int)
	for _, c := range v.Category {
		counts[c]++
	}
	if len(counts) < 2 || len(counts) > maxCategories {
		return nil
	}
	values := make([]string, 0, len(counts))
	for c := range counts {
		values = append(values, c)
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	values = slices.DeleteFunc(values[1:], func(c string) bool { return counts[c] < 2 })
	if len(values) == 0 {
		return nil
	}
	m := mat.NewDense(len(v.Category), len(values), nil)
	for i, c := range v.Category {
		if k := slices.Index(values, c); k >= 0 {
			m.Set(i, k, 1)
		}
	}
	return m
}

// choose keeps the significant candidates, strongest first, and joins near-duplicates.
func (e Explainer) choose(candidates []*candidate, s *pythia.Sample, modes int) []pythia.Explanation {
	slices.SortStableFunc(candidates, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.strength, a.strength), cmp.Compare(a.Name, b.Name))
	})
	var chosen []*candidate
	var out []pythia.Explanation
	for _, c := range candidates {
		if c.p > e.Level || c.strength < e.LeastStrength {
			continue
		}
		if i := slices.IndexFunc(chosen, func(better *candidate) bool { return duplicates(better, c, e.Duplicate) }); i >= 0 {
			out[i].Aliases = append(out[i].Aliases, c.Name)
			continue
		}
		if len(chosen) == e.Most {
			continue
		}
		chosen = append(chosen, c)
		out = append(out, pythia.Explanation{
			Variable: c.Name, Strength: c.strength, Direction: c.direction, P: c.p, Ranges: ranges(c.Variable, s.TotalSeconds, modes),
		})
	}
	return out
}
