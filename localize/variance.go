package localize

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/DataDog/sketches-go/ddsketch/mapping"

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
	// MaxExemplars bounds how many workflows all samples have together, beyond the first 8 of each, which every group keeps; zero means 500,000, some
	// 150 MB. A workflow takes some 300 bytes, and more if it has many attributes. Where there would be more, each group keeps the same share of its
	// workflows, but no fewer than 8 and no more than SampleSize: groups that are seen often keep most, and each sample is still a random one.
	//
	// Merging gives bit by bit what one localizer would hold that had seen all workflows, whether there were more or not, if all have the same MaxExemplars.
	MaxExemplars int
	// MaxGroups bounds how many groups are kept apart; zero means 100,000. A group of twenty edges takes some 3 KB beside its sample. When a group more
	// would come, an eighth are let go, those that have seen the fewest workflows; of equals those whose last workflow started earliest. Few workflows
	// are the least loss: what is let go is put under the coarsest level of its key, as groups of fewer than MinTraces are anyway, and still counts
	// for its request type. A group that was the only one of its coarsest level is put under "(other)", which does not count among the MaxGroups.
	// [Variance.Dropped] counts what was let go.
	//
	// Up to MaxGroups groups, merging gives bit by bit what one localizer would hold that had seen all workflows. Beyond, which workflows were in a
	// group when it was let go depends on what came first; the totals of each request type, of all that was put under "(other)", do not.
	MaxGroups int
	// FalseDiscoveryRate bounds the expected share of false findings; zero means 0.05.
	FalseDiscoveryRate float64
}

func (c *Config) setDefaults() error {
	if c.MinTraces < 0 || c.SampleSize < 0 || c.MaxExemplars < 0 || c.MaxGroups < 0 {
		return errors.New("localize: MinTraces, SampleSize, MaxExemplars and MaxGroups must not be negative; leave them 0 for the defaults")
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
	c.MaxGroups = orDefault(c.MaxGroups, 100_000)
	c.MinTraces = orDefault(c.MinTraces, 20)
	c.SampleSize = orDefault(c.SampleSize, 1000)
	c.MaxExemplars = orDefault(c.MaxExemplars, 500_000)
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
	config   Config
	groups   map[pythia.GroupKey]*accumulator
	quota    *quota
	further  int // exemplars beyond the first few of each group, which MaxExemplars bounds
	dropped  pythia.Dropped
	observer observer
}

// New returns a localizer. It fails on settings out of range.
func New(c Config) (*Variance, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	return newVariance(c, newBins()), nil
}

func newVariance(c Config, bins *mapping.LogarithmicMapping) *Variance {
	return &Variance{
		config: c, groups: make(map[pythia.GroupKey]*accumulator), quota: newQuota(c.SampleSize),
		observer: observer{catalogue: newCatalogue(bins), measure: c.Measure},
	}
}

// New implements [pythia.Localizer].
func (v *Variance) New() pythia.Localizer { return newVariance(v.config, v.observer.bins) }

// Observe implements [pythia.Localizer]. It keeps no part of the trace but the names of its points and processes.
func (v *Variance) Observe(key pythia.GroupKey, t *pythia.Trace) {
	a := v.groups[key]
	if a == nil {
		if v.kept() >= v.config.MaxGroups && key != otherGroup {
			v.letGo()
		}
		a = v.group(pythia.GroupKey(strings.Clone(string(key))), t.RequestType)
	}
	a.join(t.RequestType)
	v.observer.trace = t
	before := a.sample.further()
	if a.observe(&v.observer) {
		v.further += a.sample.further() - before
		v.boundExemplars()
		v.renewWords()
	}
	v.observer.trace = nil
}

// group returns the group of a key, a new one if there is none.
func (v *Variance) group(key pythia.GroupKey, requestType string) *accumulator {
	a := v.groups[key]
	if a == nil {
		a = newAccumulator(requestType, v.quota)
		v.groups[key] = a
	}
	return a
}

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
	v.mergeGroups(o)
	v.dropped.Groups += o.dropped.Groups
	v.dropped.Workflows += o.dropped.Workflows
	if v.kept() > v.config.MaxGroups {
		v.letGo()
	}
	return nil
}

func (v *Variance) mergeGroups(o *Variance) {
	v.quota.fallTo(o.quota.falls)
	v.trimSamples()
	callees := v.observer.merge(o.observer.catalogue)
	for key, a := range o.groups {
		if b := v.groups[key]; b != nil {
			b.merge(a, callees)
			continue
		}
		c := a.clone()
		c.renumberCallees(callees)
		c.sample.quota = v.quota
		v.groups[key] = c
	}
	v.trimSamples()
	v.boundExemplars()
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
	a := newAnalysis(v, before, v.settle(before))
	defer a.release()
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
