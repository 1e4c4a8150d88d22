package pythiatest

import (
	"context"
	"slices"

	"github.com/pythia-trace/pythia"
)

// varying is a localizer that leaves out what is always slow, for every application has such places, and that takes modes for one that are not clearly
// apart.
type varying struct {
	pythia.Localizer
	config Config
}

func (v varying) New() pythia.Localizer { return varying{v.Localizer.New(), v.config} }

func (v varying) Merge(other pythia.Localizer) error { return v.Localizer.Merge(unwrapped(other)) }

func (v varying) Localize(ctx context.Context, baseline pythia.Localizer) ([]*pythia.Group, []*pythia.Finding, error) {
	groups, findings, err := v.Localizer.Localize(ctx, unwrapped(baseline))
	findings = slices.DeleteFunc(findings, func(f *pythia.Finding) bool { return f.Reason == pythia.ReasonConsistentlySlow })
	to := make(map[*pythia.Group][]int)
	for _, g := range groups {
		g.Modes, to[g] = v.config.joinModes(g.Modes)
	}
	for _, f := range findings {
		f.Sample = remoded(f.Sample, to[f.Group])
		if f.Reason == pythia.ReasonMultimodal && len(f.Group.Modes) == 1 {
			f.Reason = pythia.ReasonHighVariance
		}
	}
	return groups, findings, err
}

// remoded returns a sample whose requests belong to the joined modes.
func remoded(s *pythia.Sample, to []int) *pythia.Sample {
	if s == nil || to == nil {
		return s
	}
	c := *s
	c.Mode = slices.Clone(s.Mode)
	for i, m := range c.Mode {
		c.Mode[i] = to[m]
	}
	return &c
}

func unwrapped(l pythia.Localizer) pythia.Localizer {
	if v, ok := l.(varying); ok {
		return v.Localizer
	}
	return l
}
