package localize

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pythia-trace/pythia"
)

// Config holds the settings of a [Variance] localizer. The zero value is usable.
type Config struct {
	// Measure says until when a workflow's duration is taken; zero means until its work is done.
	Measure pythia.Measure
	// Metrics score the groups. A group varies too much, and is searched, if any score exceeds what is acceptable. Nil means: a
	// standard deviation of a second, a coefficient of variation of 0.05 (as in VAIF), or more than one mode (p < 0.05).
	Metrics []Threshold
	// NegligibleStdDev is a standard deviation up to which nobody cares, whatever the metrics say; zero means 1 ms, negative that everybody
	// always does.
	NegligibleStdDev time.Duration
	// MinTraces is how many requests a group needs to stand by itself at a level finer than the coarsest; zero means 20.
	MinTraces int
	// SampleSize is how many workflows of each group are kept for intervals, modes and explanations; zero means 1000.
	SampleSize int
	// MaxGroups bounds how many groups are kept apart; requests of further ones are put together as "(other)", and which these are
	// depends on what came first. Zero means 10,000.
	MaxGroups int
	// FalseDiscoveryRate bounds the expected share of false findings; zero means 0.05.
	FalseDiscoveryRate float64
}

func (c *Config) setDefaults() error {
	if c.MinTraces < 0 || c.SampleSize < 0 || c.MaxGroups < 0 {
		return errors.New("localize: MinTraces, SampleSize and MaxGroups must not be negative; leave them 0 for the defaults")
	}
	if c.Measure > pythia.UntilAnswered {
		return fmt.Errorf("localize: Measure %d is unknown; use pythia.UntilWorkDone or pythia.UntilAnswered", c.Measure)
	}
	if c.FalseDiscoveryRate < 0 || c.FalseDiscoveryRate >= 1 {
		return fmt.Errorf("localize: FalseDiscoveryRate must lie in [0,1), not %v; leave it 0 for the default", c.FalseDiscoveryRate)
	}
	if c.Metrics == nil {
		c.Metrics = []Threshold{{StdDev{}, 1}, {CoV{}, 0.05}, {Multimodality{}, 0.95}}
	}
	c.NegligibleStdDev = orDefault(c.NegligibleStdDev, time.Millisecond)
	c.MaxGroups = orDefault(c.MaxGroups, 10_000)
	c.MinTraces = orDefault(c.MinTraces, 20)
	c.SampleSize = orDefault(c.SampleSize, 1000)
	c.FalseDiscoveryRate = orDefault(c.FalseDiscoveryRate, 0.05)
	return nil
}

// Threshold is a metric with the greatest score that is acceptable.
type Threshold struct {
	Metric     pythia.VariationMetric
	Acceptable float64
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// Variance is the default [pythia.Localizer]: it decomposes each group's variance over the edges of the critical path.
type Variance struct {
	config  Config
	groups  map[pythia.GroupKey]*accumulator
	scratch scratch
}

// New returns a localizer. It fails on settings out of range.
func New(c Config) (*Variance, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	return &Variance{config: c, groups: make(map[pythia.GroupKey]*accumulator), scratch: newScratch()}, nil
}

// New implements [pythia.Localizer].
func (v *Variance) New() pythia.Localizer {
	return &Variance{config: v.config, groups: make(map[pythia.GroupKey]*accumulator), scratch: newScratch()}
}

// Observe implements [pythia.Localizer].
func (v *Variance) Observe(key pythia.GroupKey, t *pythia.Trace) {
	a, requestType := v.groups[key], t.RequestType
	if a == nil && len(v.groups) >= v.config.MaxGroups {
		key, requestType = otherGroup, string(otherGroup)
		a = v.groups[key]
	}
	if a == nil {
		a = newAccumulator(requestType, v.config.SampleSize)
		v.groups[key] = a
	}
	a.requestType = min(a.requestType, requestType) // a grouper may join several types
	a.observe(t, v.config.Measure, &v.scratch)
}

// otherGroup takes the requests of groups beyond [Config.MaxGroups].
const otherGroup pythia.GroupKey = "(other)"

// Measure implements [pythia.Localizer].
func (v *Variance) Measure() pythia.Measure { return v.config.Measure }

// Merge implements [pythia.Localizer]. Both may be observed and localised at the same time afterwards. It fails on v itself too.
func (v *Variance) Merge(other pythia.Localizer) error {
	o, ok := other.(*Variance)
	if !ok {
		return fmt.Errorf("localize: cannot merge a %T into a *localize.Variance", other)
	}
	if o == v {
		return errors.New("localize: cannot merge a localizer into itself")
	}
	if o.config.Measure != v.config.Measure || o.config.SampleSize != v.config.SampleSize {
		return errors.New("localize: cannot merge localizers of different Measure or SampleSize")
	}
	return mergeGroups(v.groups, o.groups)
}

// mergeGroups adds the groups of one map to another.
func mergeGroups(into, from map[pythia.GroupKey]*accumulator) error {
	for key, a := range from {
		if b := into[key]; b == nil {
			into[key] = a.clone()
		} else if err := b.merge(a); err != nil {
			return fmt.Errorf("localize: merging group %q: %w", key, err)
		}
	}
	return nil
}

// Localize implements [pythia.Localizer]. It changes nothing; workflows may be
// observed afterwards.
func (v *Variance) Localize(ctx context.Context, baseline pythia.Localizer) ([]*pythia.Group, []*pythia.Finding, error) {
	var before *Variance
	if baseline != nil {
		var ok bool
		if before, ok = baseline.(*Variance); !ok {
			return nil, nil, fmt.Errorf("localize: cannot compare with a %T as the baseline", baseline)
		}
		if before.config.Measure != v.config.Measure {
			return nil, nil, errors.New("localize: cannot compare with a baseline of another Measure")
		}
	}
	settled, err := v.settle(before)
	if err != nil {
		return nil, nil, err
	}
	a := newAnalysis(v.config, settled)
	searches := []func() []*pythia.Finding{a.highVariance, a.consistentlySlow}
	if before != nil {
		searches = slices.Insert(searches, 0, a.changed)
	}
	var findings []*pythia.Finding
	for _, search := range searches {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		findings = append(findings, search()...)
	}
	return a.described(), oncePerPlace(findings), nil
}

// oncePerPlace keeps the first finding of each place, and numbers them.
func oncePerPlace(findings []*pythia.Finding) []*pythia.Finding {
	type place struct {
		point  pythia.TracePointID
		call   bool
		callee string
	}
	seen := make(map[place]bool)
	kept := findings[:0]
	for _, f := range findings {
		p := place{f.Location.Point, f.Location.Kind == pythia.LocationCall, f.Location.Callee}
		if seen[p] {
			continue
		}
		seen[p] = true
		kept = append(kept, f)
		f.Rank = len(kept)
	}
	return kept
}
