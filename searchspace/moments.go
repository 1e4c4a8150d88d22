package searchspace

import (
	"cmp"
	"math"

	"github.com/pythia-trace/pythia"
)

// moments are what is known of a context's numbers: all but m2 and products are exact sums. m2 is bounded by the square of nanos.
type moments struct {
	workflows, spans uint32
	nanos            uint64  // time per workflow, summed
	m2               float64 // squared deviations of the time per workflow from its mean, in nanoseconds², summed
	products         float64 // the time per workflow by that of the caller, in nanoseconds², summed
	starts           uint64  // positions of the first span within the parent, see position, summed
}

// occurrence is a context in one workflow.
type occurrence struct {
	spans  uint32
	nanos  uint64
	caller uint64 // the caller's nanos
	start  uint32
}

func (o *occurrence) moments() *moments {
	return &moments{
		workflows: 1, spans: o.spans, nanos: o.nanos, starts: uint64(o.start),
		products: float64(o.nanos) * float64(o.caller),
	}
}

// merge adds another context's moments; it reports false, and changes nothing, when the sums would overflow.
func (m *moments) merge(o *moments) bool {
	if m.workflows > math.MaxUint32-o.workflows || m.spans > math.MaxUint32-o.spans || m.nanos > math.MaxUint64-o.nanos {
		return false
	}
	if m.workflows > 0 && o.workflows > 0 {
		a, b := float64(m.workflows), float64(o.workflows)
		delta := float64(o.nanos)/b - float64(m.nanos)/a
		m.m2 += o.m2 + delta*delta*(a*b/(a+b))
	} else {
		m.m2 += o.m2
	}
	m.workflows += o.workflows
	m.spans += o.spans
	m.nanos += o.nanos
	m.products += o.products
	m.starts += o.starts // at most 2³²−1 workflows of at most 2²⁴−1: no overflow
	return true
}

// meanStart is the average position, in units of position.
func (m *moments) meanStart() float64 { return float64(m.starts) / float64(m.workflows) }

const mostPosition = 1<<24 - 1

// position is where a moment lies between two others, clamped, as a fraction in units of 2⁻²⁴.
func position(at, lo, hi int64) uint32 {
	if at <= lo || hi <= lo {
		return 0
	}
	return uint32(mostPosition * min(1, float64(at-lo)/float64(hi-lo)))
}

// describe fills in what the moments say of a context, in place: so large a value is not copied for nothing.
func (m *moments) describe(n *pythia.SearchNode, of *caller) {
	count := float64(m.workflows)
	n.Workflows, n.Spans = int64(m.workflows), int64(m.spans)
	n.MeanSeconds = float64(m.nanos) / count / 1e9
	n.StdDevSeconds = math.Sqrt(m.m2/count) / 1e9
	n.CallerShare = of.share(m)
}

// caller is what the shares of all that one context calls need to know of it.
type caller struct {
	mean float64 // in nanoseconds
	m2   float64 // infinite if it counts as zero
}

// negligible is the coefficient of variation up to which a caller counts as one that never varied. In the sum of products, what varies is then
// close to what rounding leaves of the rest.
const negligible = 1e-4

func (m *moments) asCaller() caller {
	n := float64(m.workflows)
	c := caller{float64(m.nanos) / n, m.m2}
	if ignored := negligible * c.mean; !(m.m2 > n*ignored*ignored) { // also if there are no workflows
		return caller{0, math.Inf(1)}
	}
	return c
}

// share is Cov(x, p) / Var(p) for the times x of a context and p of its caller, over all of the caller's workflows. Where the context is absent
// it adds nothing to either of its sums, so none of them needs to know of those workflows.
func (c caller) share(m *moments) float64 { return (m.products - float64(m.nanos)*c.mean) / c.m2 }

// started is a child with its place in the order of starts.
type started struct {
	start float64
	id    pythia.ContextID
	node  int32
}

func byStart(a, b started) int {
	switch {
	case a.start < b.start: // nearly always one of these two, which take less than the comparison below
		return -1
	case a.start > b.start:
		return 1
	}
	return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.id, b.id))
}
