package pythia

// VariationMetric scores how much a sample of durations, in seconds, varies. Scores are finite for every input, the empty sample included,
// and equal for samples that differ in order only. An implementation says what 0, 1 and equal values give. Safe for concurrent use.
type VariationMetric interface {
	Name() string
	Score(seconds []float64) float64
}
