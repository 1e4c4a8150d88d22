package pythia

import (
	"encoding/binary"
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
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	for _, x := range b {
		c = (c ^ ContextID(x)) * fnvPrime
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

// calling computes every span's context in one walk; the points on the stack are kept in a map, so recursion costs no search.
func calling(t *Trace) []ContextID {
	contexts := make([]ContextID, len(t.Spans))
	hashes := make(map[TracePointID]ContextID)
	onStack := make(map[TracePointID]ContextID)
	type frame struct {
		span    int32
		entered bool
		pushed  bool
	}
	stack := make([]frame, 0, 64)
	for _, r := range t.roots {
		stack = append(stack, frame{span: r})
	}
	for len(stack) > 0 {
		f := &stack[len(stack)-1]
		point := t.Spans[f.span].Point
		if f.entered {
			if f.pushed {
				delete(onStack, point)
			}
			stack = stack[:len(stack)-1]
			continue
		}
		f.entered = true
		if c, recursion := onStack[point]; recursion {
			contexts[f.span] = c
		} else {
			above := RootContext
			if p := t.parent[f.span]; p != NoParent {
				above = contexts[p]
			}
			h, ok := hashes[point]
			if !ok {
				h = hashPoint(point)
				hashes[point] = h
			}
			c = above.hashUint64(uint64(h))
			contexts[f.span], onStack[point], f.pushed = c, c, true
		}
		for _, c := range t.Children(int(f.span)) {
			stack = append(stack, frame{span: c})
		}
	}
	return contexts
}

// Stack returns the points of span i's context, outermost first, with recursion folded as in [Trace.Context].
func (t *Trace) Stack(i int) []TracePointID {
	var up []TracePointID
	for j := i; j != NoParent; j = t.Parent(j) {
		up = append(up, t.Spans[j].Point)
	}
	var stack []TracePointID
	at := make(map[TracePointID][]TracePointID, len(up))
	for _, p := range slices.Backward(up) {
		above, recursion := at[p]
		if recursion {
			stack = above
			continue
		}
		stack = append(slices.Clip(stack), p)
		at[p] = stack
	}
	return stack
}
