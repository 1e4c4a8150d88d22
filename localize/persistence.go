package localize

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Variation that a request shares with those before and after it (a slow host, a full queue, a bad hour) does not average out as variation of
// single requests does, and is what users notice. It shows in the means of batches of consecutive requests: if requests were
// independent, their covariances would be those of single requests divided by the batch's size; what persists makes them greater (the
// method of batch means for the long-run variance; Conway 1963).
const (
	mostBatches   = 12
	leastBatches  = 4
	leastPerBatch = 3
)

// persistentStake is [groupAnalysis.stake] of a series of seconds per workflow, in order of time, at the scale of batches: the
// same where requests are independent, greater for what persists. Too few workflows give fallback.
func (g *groupAnalysis) persistentStake(series []float64, fallback float64) float64 {
	n := len(series)
	batches := min(mostBatches, n/leastPerBatch)
	if batches < leastBatches {
		return fallback
	}
	y, r := batchMeans(series, batches), batchMeans(g.varyingTotals(), batches)
	sd := stat.PopStdDev(r, nil)
	if sd == 0 {
		return fallback
	}
	b := float64(batches)
	covariance := stat.Covariance(y, r, nil) * (b - 1) / b
	return covariance / sd * math.Sqrt(float64(n)/b) * float64(g.Traces)
}

func batchMeans(series []float64, batches int) []float64 {
	means := make([]float64, batches)
	for b := range means {
		means[b] = stat.Mean(series[b*len(series)/batches:(b+1)*len(series)/batches], nil)
	}
	return means
}

// varyingTotals returns the totals less what is explained by edges' being passed or not.
func (g *groupAnalysis) varyingTotals() []float64 {
	if g.varying != nil {
		return g.varying
	}
	rest := make([]float64, len(g.exemplars))
	for i, x := range g.exemplars {
		rest[i] = float64(x.total)
	}
	for i := range g.edges {
		e := &g.edges[i]
		for _, r := range g.rowsOf(e.index) {
			rest[r.row] -= e.expected(r.count)
		}
	}
	for i := range rest {
		rest[i] /= 1e9
	}
	g.varying = rest
	return g.varying
}
