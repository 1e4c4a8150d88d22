package strategy

import "github.com/pythia-trace/pythia"

// Hybrid goes down the calling contexts like [TopDown] but splits each level like [Flat]: of the calls directly inside the edge it switches on a few,
// evenly spaced. Only when none of a level is left does it look below those that no controller has. It follows a branch of Pythia's research code
// that no paper describes.
//
// Choose it where single spans make hundreds of different calls, too many to be on at once, or where the profile's times are not to be
// relied upon: it uses their order only. Elsewhere it takes more cycles than TopDown.
type Hybrid struct {
	// Split is how many points per target are switched on at most; zero means 3.
	Split int
}

var _ pythia.SearchStrategy = Hybrid{}

// Next implements [pythia.SearchStrategy]. It fails if Split is negative.
func (h Hybrid) Next(s *pythia.State) (pythia.Decision, error) {
	most, err := mostOf("Hybrid.Split", h.Split)
	if err != nil {
		return pythia.Decision{}, err
	}
	d := draft{state: s}
	for i := range s.Targets {
		d.split(i, uppermost(d.affordable(i, unique(inside(s, i, nearest)))), most)
	}
	return d.decide(), nil
}

// uppermost keeps the candidates of the uppermost level that has any.
func uppermost(all []candidate) []candidate {
	var kept []candidate
	for _, c := range all {
		if len(kept) > 0 && c.level < kept[0].level {
			kept = kept[:0]
		}
		if len(kept) == 0 || c.level == kept[0].level {
			kept = append(kept, c)
		}
	}
	return kept
}
