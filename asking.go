package pythia

import (
	"fmt"
	"slices"
)

// explain relates the findings to the key-values of their requests.
func (r *round) explain(findings []*Finding) {
	for _, f := range findings {
		if err := explain(r.parts.Explainer, f); err != nil {
			r.problem(err)
		}
		if f.Explanations == nil {
			f.Explanations = []Explanation{} // asked and found none: not to be asked again
		}
	}
}

// explain has a finding explained, if there is somebody to do it and something to go by.
func explain(by Explainer, f *Finding) (err error) {
	if by == nil || f.Sample == nil || f.Explanations != nil {
		return nil
	}
	f.Explanations, err = isolated("the explainer", func() ([]Explanation, error) { return by.Explain(f) })
	if err != nil {
		return fmt.Errorf("pythia: explaining finding %d: %w", f.Rank, err)
	}
	return nil
}

// wellExplained is the strength of an explanation that makes it needless to ask for more attributes.
const wellExplained = 0.7

// explained reports whether key-values of the place itself explain a finding well.
func (f *Finding) explained() bool {
	return slices.ContainsFunc(f.Explanations, func(x Explanation) bool { return x.Strength >= wellExplained && names(x, f.Location.Point) })
}

// ask switches on the attributes that could explain targets which nothing explains well, of the points that of names.
func (r *round) ask(w *watch, targets []*Finding, of func(*Finding) []TracePointID) bool {
	if len(targets) == 0 {
		return false
	}
	asked := false
	s := r.state(w, targets)
	for _, f := range targets {
		if len(f.Explanations) > 0 && f.Explanations[0].Strength >= wellExplained {
			continue
		}
		for _, id := range of(f) {
			p, known := s.Point(id)
			if !known || len(p.Attributes) == 0 || w.asked[id] {
				continue
			}
			cost := Cost{}
			if !p.AlwaysOn && !slices.Contains(p.On, w.requestType) {
				cost = s.Cost(Proposal{Node: SearchNode{Point: id}})
			}
			if !r.spent.Plus(cost).Within(r.config.Budget) {
				continue
			}
			r.spent = r.spent.Plus(cost)
			w.asked[id], asked = true, true
			r.switchOn(w, Hypothesis{Point: id, Attributes: p.Attributes, Why: fmt.Sprintf("nothing explains yet why %s varies", f.Location)})
		}
	}
	return asked
}

// near returns the points that a finding is at.
func near(f *Finding) []TracePointID {
	return []TracePointID{f.Location.Point, f.Location.From.Point, f.Location.To.Point}
}

// far returns the points that call the one that a finding is at, on or off, from the innermost.
func (r *round) far(f *Finding) []TracePointID {
	ids := slices.Clone(f.Location.Stack)
	slices.Reverse(ids)
	callers, err := isolated("the search space", func() ([]SearchNode, error) { return r.config.Space.Callers(f.Location.Stack), nil })
	if err != nil {
		r.problem(err)
	}
	for _, n := range callers {
		ids = append(ids, n.Point)
	}
	return ids
}
