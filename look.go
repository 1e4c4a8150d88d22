package pythia

import (
	"cmp"
	"fmt"
	"slices"
)

// look is what the localizer says of the requests of one type.
type look struct {
	findings []*Finding
	stake    float64 // seconds that the groups' requests spread by
}

func (r *round) look(w *watch) (*look, error) {
	all, err := isolated("the localizer", func() (Localizer, error) {
		if err := r.collect(w, true); err != nil {
			return nil, err
		}
		return w.window.seen(r.loop)
	})
	if err != nil {
		return nil, err
	}
	seen := &look{}
	err = attempt("the localizer", func() error {
		groups, findings, err := all.Localize(r.ctx, nil)
		r.localised += max(len(groups), leastLocalised)
		for _, g := range groups {
			seen.stake += g.StakeSeconds()
		}
		seen.findings = findings
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pythia: localising %q: %w", w.requestType, err)
	}
	return seen, nil
}

// share is the part that a finding carries of what is searched for: of the variation, or of the time.
func (w *watch) share(f *Finding) float64 {
	if !w.varying || w.steady && f.Reason == ReasonConsistentlySlow {
		return f.TimeShare
	}
	return f.VarianceShare
}

// relevant returns the findings that are worth a search, the best first.
func (r *round) relevant(w *watch, seen *look) []*Finding {
	var kept []*Finding
	for _, f := range seen.findings {
		if !w.steady && f.Reason == ReasonConsistentlySlow {
			continue
		}
		minor := w.varying && f.Groups <= 1 && f.Group.StakeSeconds() < r.config.MinShare*seen.stake
		if minor || w.share(f) < r.config.MinShare {
			continue
		}
		if !w.varying {
			f.askForTime()
		}
		kept = append(kept, f)
	}
	if !w.varying {
		slices.SortStableFunc(kept, func(a, b *Finding) int { return cmp.Compare(b.TimeShare, a.TimeShare) })
	}
	return kept
}

// askForTime makes a finding about a place that varies one about the time spent there, wherever in the span.
func (f *Finding) askForTime() {
	if f.Reason == ReasonConsistentlySlow {
		return
	}
	f.Reason = ReasonConsistentlySlow
	if l := &f.Location; l.Kind != LocationCall {
		l.Kind, l.From, l.To = LocationSpan, Event{Point: l.Point}, Event{Point: l.Point, End: true}
	}
}
