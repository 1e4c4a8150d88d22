package replay

import (
	"math/rand/v2"
	"slices"

	"github.com/pythia-trace/pythia"
)

// Sample returns so many traces of each request type, drawn at random, in the order given: what a profile of a running system, one request in so many
// traced fully, would have seen. Of types with fewer traces it returns all. Traces that are nil, or not from
// [pythia.NewTrace], are never drawn.
func Sample(traces []*pythia.Trace, perType int, seed uint64) []*pythia.Trace {
	byType := make(map[string][]int)
	var types []string
	for i, t := range traces {
		if !usable(t) {
			continue
		}
		if byType[t.RequestType] == nil {
			types = append(types, t.RequestType)
		}
		byType[t.RequestType] = append(byType[t.RequestType], i)
	}
	r := rand.New(rand.NewPCG(seed, 0))
	var drawn []int
	for _, requestType := range types {
		of := byType[requestType]
		r.Shuffle(len(of), func(i, k int) { of[i], of[k] = of[k], of[i] })
		drawn = append(drawn, of[:min(max(perType, 0), len(of))]...)
	}
	slices.Sort(drawn)
	sample := make([]*pythia.Trace, len(drawn))
	for i, at := range drawn {
		sample[i] = traces[at]
	}
	return sample
}
