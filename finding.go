package pythia

// Reason says why a finding was made.
type Reason string

// The reasons.
const (
	ReasonHighVariance     Reason = "high_variance"     // the durations vary more than is acceptable
	ReasonMultimodal       Reason = "multimodal"        // the durations fall into separate modes
	ReasonConsistentlySlow Reason = "consistently_slow" // always slow, and hardly varying
	ReasonChanged          Reason = "changed"           // different from the baseline
)

// Mode is one of the clusters into which durations fall.
type Mode struct {
	CenterSeconds float64 // the median of its members
	LowSeconds    float64 // the least member
	HighSeconds   float64 // the greatest member
	Share         float64 // of all requests, in (0,1]
}

// Group describes the requests that were expected to perform alike.
type Group struct {
	Key           GroupKey
	RequestType   string
	Traces        int
	MeanSeconds   float64
	StdDevSeconds float64 // of the population: divided by n
	CoV           float64 // standard deviation / mean; 0 when the mean is 0
	P50Seconds    float64 // quantiles, to 1 % of their value
	P95Seconds    float64
	P99Seconds    float64
	DipP          float64 // p-value of Hartigan's dip test, corrected for the number of groups
	Modes         []Mode  // ascending; a single one unless the dip test finds more
	Scores        []Score // what each [VariationMetric] said
	TooFew        bool    // too few requests to say anything about
	Before        Before  // the same group in the baseline
}

// Before is what a group was like in the baseline. Traces is 0 without a baseline, and if the group was not there.
type Before struct {
	Traces                     int
	MeanSeconds, StdDevSeconds float64
}

// StakeSeconds is the time at stake: what the requests' standard deviations add up to.
func (g *Group) StakeSeconds() float64 { return float64(g.Traces) * g.StdDevSeconds }

// Score is a metric's verdict on a group.
type Score struct {
	Metric string
	Value  float64
}

// Interval is a confidence interval.
type Interval struct{ Low, High, Level float64 }

// Change compares a location with the baseline. Times are the mean over the requests that pass it.
type Change struct {
	BeforeSeconds, AfterSeconds float64
	Delta                       Interval // of after - before, in seconds
	BeforeTraces, AfterTraces   int
}

// Significance is how sure a finding is.
type Significance struct {
	Test     string  // which null hypothesis was tested, and how
	P        float64 // p-value of the test by itself
	Adjusted float64 // corrected for all the places looked at (Benjamini–Hochberg)
	Tested   int     // how many places were looked at
}

// Finding is a place in a group's workflow that carries variation, is always slow, or changed.
type Finding struct {
	Rank     int // from 1
	Group    *Group
	Reason   Reason
	Location Location
	// StakeSeconds is the time at stake, by which findings of one reason are ranked: the seconds, over all requests of all groups, that the
	// place adds to their standard deviation (for a change, and for what is always slow: to their mean). Variation that lasts over many
	// requests counts more than variation of single ones. In the ranking the k-th place of one service counts 1/k.
	StakeSeconds float64
	// VarianceShare is Cov(place, total) / Var(total) in the group. It can exceed 1 or be negative.
	VarianceShare float64
	ShareInterval Interval
	// TimeShare is the part of the group's time that is spent at the place, all of it if the location is a part that dominates the variation.
	TimeShare float64
	// CountShare is the part of VarianceShare that comes from the place being passed more or less often, not from its taking longer.
	CountShare   float64
	Groups       int // how many groups the place matters in
	Significance Significance
	Change       *Change // nil without a baseline
	Explanations []Explanation
	// Sample is what the finding rests on; nil when there is nothing to explain.
	Sample *Sample
}

// Sample holds, for some requests of a group, how long they took in all and at one place, and what else is known of them. All slices
// are of one length, a request each.
type Sample struct {
	TotalSeconds []float64
	PlaceSeconds []float64
	Mode         []int // index into the group's modes
	Variables    []Variable
}

// Variable is a candidate explanation: a number, or a category. Exactly one of its slices is set.
type Variable struct {
	Name     string
	Numbers  []float64 // NaN where missing
	Category []string  // empty where missing
}

// Explanation is a variable, or several that say the same, that goes along with a finding's variation.
type Explanation struct {
	Variable string
	Aliases  []string // near-duplicates of Variable
	// Strength is the canonical correlation with the durations, in [0,1].
	Strength float64
	// Direction is +1 if greater values go with longer durations, -1 with shorter ones, 0 for categories.
	Direction int
	P         float64 // corrected for the number of variables tried
	Ranges    []ValueRange
}

// ValueRange says how long requests took with a variable in a range of values.
type ValueRange struct {
	Low, High float64 // both ends belong to the range; not set for a category
	Category  string  // for categories
	Seconds   float64 // median total duration
	Traces    int     // in the sample
}

// Explainer finds the variables that go along with a finding's variation, best first. It returns nil when none does, and an error
// only if the sample is malformed. Safe for concurrent use.
type Explainer interface {
	Explain(f *Finding) ([]Explanation, error)
}
