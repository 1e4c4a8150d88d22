package searchspace

import "math"

// packed are the moments of a context as a tree keeps them: there can be a million, and 32 bytes are what the bound of memory leaves. Sums that decide
// on an order are exact. The two sums of squares and products are rounded to 33 and 41 significant bits, which is why a context counts no
// more than 2²⁴ − 1 workflows: in more, rounding would show.
type packed struct {
	nanos     uint64
	spans     uint32
	startsLow uint32 // the lower bits of starts
	// squares holds workflows in its lower 24 bits, and m2 in the others.
	squares uint64
	// products holds the upper 16 bits of starts in its lower ones, and products in the others.
	products uint64
}

const (
	workflowBits  = 24
	mostWorkflows = 1<<workflowBits - 1
	highBits      = 16 // of starts, of which 2·24 are needed
)

func (m *moments) pack() packed {
	return packed{
		nanos: m.nanos, spans: m.spans, startsLow: uint32(m.starts),
		squares:  shorten(m.m2, droppedOfSquares)<<workflowBits | uint64(m.workflows),
		products: shorten(m.products, droppedOfProducts)<<highBits | m.starts>>32,
	}
}

func (p *packed) unpack() (m moments) {
	p.times(&m)
	m.starts = p.starts()
	return m
}

// times sets the moments but for starts, one by one: a copy of all would have to wait for them.
func (p *packed) times(m *moments) {
	m.workflows, m.spans, m.nanos = p.workflows(), p.spans, p.nanos
	m.m2 = lengthen(p.squares>>workflowBits, droppedOfSquares)
	m.products = lengthen(p.products>>highBits, droppedOfProducts)
}

func (p *packed) workflows() uint32 { return uint32(p.squares & mostWorkflows) }

func (p *packed) starts() uint64 { return p.products&(1<<highBits-1)<<32 | uint64(p.startsLow) }

// meanStart is the average position, in units of position.
func (p *packed) meanStart() float64 { return float64(p.starts()) / float64(p.workflows()) }

// merge adds other moments; it reports false, and changes nothing, when the sums would be full.
func (p *packed) merge(o *moments) bool {
	m := p.unpack()
	if !m.merge(o) || m.workflows > mostWorkflows {
		return false
	}
	*p = m.pack()
	return true
}

const (
	// smallest is what a shortened number can be, besides 0. No sum is as large as 2²²³, the first number that has no room.
	smallest = 0x1p-32
	// What is dropped of the 52 bits that follow a float64's first one; shortened numbers have 8 bits more, for the exponent, and no sign.
	droppedOfSquares  = 20
	droppedOfProducts = 12
)

// shorten rounds a number to one with so many bits fewer.
func shorten(v float64, dropped int) uint64 {
	if v < smallest {
		return 0
	}
	return (math.Float64bits(v) - math.Float64bits(smallest/2) + 1<<(dropped-1)) >> dropped
}

// lengthen undoes shorten.
func lengthen(s uint64, dropped int) float64 {
	if s == 0 {
		return 0
	}
	return math.Float64frombits(s<<dropped + math.Float64bits(smallest/2))
}
