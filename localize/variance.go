package localize

import (
	"errors"
	"fmt"
	"time"

	"github.com/pythia-trace/pythia"
)

// Config holds the settings of a [Variance] localizer. The zero value is usable.
type Config struct {
	// Measure says until when a workflow's duration is taken; zero means until its work is done.
	Measure pythia.Measure
	// Metrics score the groups; nil means standard deviation, coefficient of variation and multimodality.
	Metrics []pythia.VariationMetric
	// AcceptableStdDev is how much a group may vary without there being anything to find; zero means 1 ms, negative means any.
	AcceptableStdDev time.Duration
	// AcceptableCoV likewise bounds the coefficient of variation; zero means 0.05 (as in VAIF), negative means any.
	AcceptableCoV float64
	// MinTraces is how many requests a group needs to stand by itself at a level finer than the coarsest; zero means 20.
	MinTraces int
	// SampleSize is how many workflows of each group are kept for intervals, modes and explanations; zero means 1000.
	SampleSize int
	// FalseDiscoveryRate bounds the expected share of false findings; zero means 0.05.
	FalseDiscoveryRate float64
}

func (c *Config) setDefaults() error {
	if c.MinTraces < 0 || c.SampleSize < 0 {
		return errors.New("localize: MinTraces and SampleSize must not be negative; leave them 0 for the defaults")
	}
	if c.FalseDiscoveryRate < 0 || c.FalseDiscoveryRate >= 1 {
		return fmt.Errorf("localize: FalseDiscoveryRate must lie in [0,1), not %v; leave it 0 for the default", c.FalseDiscoveryRate)
	}
	if c.Metrics == nil {
		c.Metrics = []pythia.VariationMetric{StdDev{}, CoV{}, Multimodality{}}
	}
	c.AcceptableStdDev = orDefault(c.AcceptableStdDev, time.Millisecond)
	c.AcceptableCoV = orDefault(c.AcceptableCoV, 0.05)
	c.MinTraces = orDefault(c.MinTraces, 20)
	c.SampleSize = orDefault(c.SampleSize, 1000)
	c.FalseDiscoveryRate = orDefault(c.FalseDiscoveryRate, 0.05)
	return nil
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
	scratch []edgeSample
}

// New returns a localizer. It fails on settings out of range.
func New(c Config) (*Variance, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	return &Variance{config: c, groups: make(map[pythia.GroupKey]*accumulator)}, nil
}

// New implements [pythia.Localizer].
func (v *Variance) New() pythia.Localizer {
	return &Variance{config: v.config, groups: make(map[pythia.GroupKey]*accumulator)}
}

// Observe implements [pythia.Localizer].
func (v *Variance) Observe(key pythia.GroupKey, t *pythia.Trace) {
	a := v.groups[key]
	if a == nil {
		a = newAccumulator(t.RequestType, v.config.SampleSize)
		v.groups[key] = a
	}
	a.requestType = min(a.requestType, t.RequestType) // a grouper may join several types
	a.observe(t, v.config.Measure, &v.scratch)
}

// Merge implements [pythia.Localizer].
func (v *Variance) Merge(other pythia.Localizer) error {
	o, ok := other.(*Variance)
	if !ok {
		return fmt.Errorf("localize: cannot merge a %T into a *localize.Variance", other)
	}
	if o.config.Measure != v.config.Measure || o.config.SampleSize != v.config.SampleSize {
		return errors.New("localize: cannot merge localizers of different Measure or SampleSize")
	}
	return mergeGroups(v.groups, o.groups)
}

// mergeGroups moves the groups of one map into another.
func mergeGroups(into, from map[pythia.GroupKey]*accumulator) error {
	for key, a := range from {
		if b := into[key]; b == nil {
			into[key] = a
		} else if err := b.merge(a); err != nil {
			return fmt.Errorf("localize: merging group %q: %w", key, err)
		}
	}
	return nil
}

// Localize implements [pythia.Localizer]. It changes nothing; workflows may be
// observed afterwards.
func (v *Variance) Localize(baseline pythia.Localizer) ([]*pythia.Group, []*pythia.Finding, error) {
	var before *Variance
	if baseline != nil {
		var ok bool
		if before, ok = baseline.(*Variance); !ok {
			return nil, nil, fmt.Errorf("localize: cannot compare with a %T as the baseline", baseline)
		}
	}
	settled, err := v.settle(before)
	if err != nil {
		return nil, nil, err
	}
	a := newAnalysis(v.config, settled)
	findings := a.highVariance()
	findings = append(findings, a.consistentlySlow()...)
	if before != nil {
		findings = append(a.changed(), findings...)
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
