package pythia

import "slices"

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
	return RootContext.hashUint64(uint64(p.Layer)).hashString(p.Scope).hashString(p.Name)
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
