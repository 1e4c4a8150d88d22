package searchspace

import (
	"cmp"
	"math"

	"github.com/pythia-trace/pythia"
)

// moments are what is known of a context's numbers: all but m2 are exact sums. m2 is bounded by the square of nanos.
type moments struct {
	workflows, spans uint32
	nanos            uint64  // time per workflow, summed
	m2               float64 // squared deviations of the time per workflow from its mean, in nanoseconds², summed
	starts           uint64  // positions of the first span within the parent, see position, summed
}

// occurrence is a context in one workflow.
type occurrence struct {
	spans uint32
	nanos uint64
	start uint32
}

// add counts an occurrence; it reports false, and changes nothing, when the sums are full.
func (m *moments) add(o occurrence) bool {
	return m.merge(moments{workflows: 1, spans: o.spans, nanos: o.nanos, starts: uint64(o.start)})
}

// merge adds another context's moments; it reports false, and changes nothing, when the sums would overflow.
func (m *moments) merge(o moments) bool {
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
	m.starts += o.starts // at most 2³²−1 workflows of at most 2³²−1: no overflow
	return true
}

// meanStart is the average position, in units of position.
func (m *moments) meanStart() float64 { return float64(m.starts) / float64(m.workflows) }

// position is where a moment lies between two others, clamped, as a fraction in units of 2⁻³².
func position(at, lo, hi int64) uint32 {
	if at <= lo || hi <= lo {
		return 0
	}
	return uint32(math.MaxUint32 * min(1, float64(at-lo)/float64(hi-lo)))
}

func (m *moments) describe(c pythia.ContextID, p pythia.TracePointID, leaf bool) pythia.SearchNode {
	n := float64(m.workflows)
	return pythia.SearchNode{
		Context: c, Point: p, Workflows: int64(m.workflows), Spans: int64(m.spans),
		MeanSeconds: float64(m.nanos) / n / 1e9, StdDevSeconds: math.Sqrt(m.m2/n) / 1e9, Leaf: leaf,
	}
}

// started is a child with its place in the order of starts.
type started struct {
	start float64
	id    pythia.ContextID
	node  int32
}

func byStart(a, b started) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.id, b.id)) }
