package cca

import "math"

// Two variables that order the requests alike say the same, though their values may not be proportional: of a queue's length and the
// number of its servers in use, one stops where the other begins. leastGamma is how alike the orders must be, leastRankCorrelation
// how much both must move at all.
const (
	leastGamma           = 0.95
	leastRankCorrelation = 0.5
)

// duplicates reports whether b says what a says: they correlate by at least limit, or order the requests alike.
func duplicates(a, b *candidate, limit float64) bool {
	if r, err := Analyze(a.columns, b.columns, Options{}); err == nil && r.Correlations[0] >= limit {
		return true
	}
	return a.Numbers != nil && b.Numbers != nil && sameOrder(a.Numbers, b.Numbers)
}

// sameOrder compares the orders of two variables by Goodman and Kruskal's γ = (C−D)/(C+D) over the pairs tied in neither (1954), and by
// Kendall's τ_b, which counts ties against them. O(n²) for n requests.
func sameOrder(a, b []float64) bool {
	var concordant, discordant, tiedA, tiedB float64
	for i := range a {
		for j := range i {
			da, db := a[i]-a[j], b[i]-b[j]
			switch product := da * db; {
			case math.IsNaN(product):
			case product > 0:
				concordant++
			case product < 0:
				discordant++
			case da != 0:
				tiedB++
			case db != 0:
				tiedA++
			}
		}
	}
	untied := concordant + discordant
	if untied == 0 {
		return false
	}
	gamma := math.Abs(concordant-discordant) / untied
	tau := math.Abs(concordant-discordant) / math.Sqrt((untied+tiedA)*(untied+tiedB))
	return gamma >= leastGamma && tau >= leastRankCorrelation
}
