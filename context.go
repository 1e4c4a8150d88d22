package pythia

import (
	"math"
	"slices"
)

// ContextID identifies a calling context: the stack of trace points above and including a span, with recursion folded (a point
// that is already on the stack leads back to where it was). It is a 64-bit hash of the points' names, the same in every process; among
// a million contexts the chance of any two sharing one is below 10⁻⁷.
type ContextID uint64

// RootContext is the context above all roots.
const RootContext ContextID = 14695981039346656037 // the FNV-1a offset basis

const fnvPrime = 1099511628211

func (c ContextID) hashString(s string) ContextID {
	for i := range len(s) {
		c = (c ^ ContextID(s[i])) * fnvPrime
	}
	return (c ^ 0xff) * fnvPrime // no UTF-8 text holds 0xff: "a","bc" is not "ab","c"
}

func (c ContextID) hashUint64(v uint64) ContextID {
	for range 8 {
		c = (c ^ ContextID(v&0xff)) * fnvPrime
		v >>= 8
	}
	return c
}

// Child returns the context of a point called from c, recursion aside.
func (c ContextID) Child(p TracePointID) ContextID {
	return c.hashUint64(uint64(hashPoint(p)))
}

func hashPoint(p TracePointID) ContextID {
	return hashLayer(p.Layer).hashString(p.Scope).hashString(p.Name)
}

// Powers of the prime, modulo 2⁶⁴.
const (
	fnvPrime2 = fnvPrime * fnvPrime & math.MaxUint64
	fnvPrime4 = fnvPrime2 * fnvPrime2 & math.MaxUint64
	fnvPrime8 = fnvPrime4 * fnvPrime4 & math.MaxUint64
)

// hashLayer is RootContext.hashUint64 of a layer: all but the first of its eight bytes are zero, and so only multiply.
func hashLayer(l Layer) ContextID { return (RootContext ^ ContextID(l)) * fnvPrime8 }

// ContextOf returns the context of a stack of points, outermost first, in which no point is twice: the Child of [RootContext], its Child, and
// so on. For four points it takes less than half as long as these one after the other. The context of no points is RootContext.
func ContextOf(stack []TracePointID) ContextID {
	c := RootContext
	for len(stack) > 0 {
		var four [4]TracePointID // the last ones can be empty: what they hash to is not used
		n := copy(four[:], stack)
		hashes := hashPoints(&four)
		for _, h := range hashes[:n] {
			c = c.hashUint64(uint64(h))
		}
		stack = stack[n:]
	}
	return c
}

// hashPoints hashes four points side by side: each byte of a point has to wait for the multiplication of the one before, in which time the
// processor can do those of three more points.
func hashPoints(p *[4]TracePointID) (h [4]ContextID) {
	for i := range p {
		h[i] = hashLayer(p[i].Layer)
	}
	hashStrings(&h, p[0].Scope, p[1].Scope, p[2].Scope, p[3].Scope)
	hashStrings(&h, p[0].Name, p[1].Name, p[2].Name, p[3].Name)
	return h
}

// hashStrings sets each h[i] to h[i].hashString of a text of its own.
func hashStrings(h *[4]ContextID, s0, s1, s2, s3 string) {
	h0, h1, h2, h3 := h[0], h[1], h[2], h[3] // in registers
	for i := range max(len(s0), len(s1), len(s2), len(s3)) {
		if i < len(s0) {
			h0 = (h0 ^ ContextID(s0[i])) * fnvPrime
		}
		if i < len(s1) {
			h1 = (h1 ^ ContextID(s1[i])) * fnvPrime
		}
		if i < len(s2) {
			h2 = (h2 ^ ContextID(s2[i])) * fnvPrime
		}
		if i < len(s3) {
			h3 = (h3 ^ ContextID(s3[i])) * fnvPrime
		}
	}
	*h = [4]ContextID{h0.hashString(""), h1.hashString(""), h2.hashString(""), h3.hashString("")}
}

// Stack returns the points of span i's context, outermost first, with recursion folded as in [Trace.Context]: the innermost ones, if there
// are more than most.
func (t *Trace) Stack(i, most int) []TracePointID {
	var stack []TracePointID
	for j := int32(i); j != NoParent && len(stack) < most; j = t.parent[j] {
		j = t.origin[j]
		stack = append(stack, t.Spans[j].Point)
	}
	slices.Reverse(stack)
	return stack
}
