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

// calling computes every span's context in one walk. origin is the span that stands for the context: the span itself or, for recursion, the
// ancestor that it leads back to. The points on the stack are kept in a map, so recursion costs no search.
func calling(t *Trace) (contexts []ContextID, origin []int32) {
	contexts, origin = make([]ContextID, len(t.Spans)), make([]int32, len(t.Spans))
	hashes := make(map[TracePointID]ContextID)
	onStack := make(map[TracePointID]int32)
	type frame struct {
		span    int32
		entered bool
	}
	stack := make([]frame, 0, 64)
	for _, r := range t.roots {
		stack = append(stack, frame{span: r})
	}
	for len(stack) > 0 {
		f := &stack[len(stack)-1]
		i, point := f.span, t.Spans[f.span].Point
		if f.entered {
			if origin[i] == i {
				delete(onStack, point)
			}
			stack = stack[:len(stack)-1]
			continue
		}
		f.entered = true
		if o, recursion := onStack[point]; recursion {
			contexts[i], origin[i] = contexts[o], o
		} else {
			h, ok := hashes[point]
			if !ok {
				h = hashPoint(point)
				hashes[point] = h
			}
			above := RootContext
			if p := t.parent[i]; p != NoParent {
				above = contexts[p]
			}
			contexts[i], origin[i], onStack[point] = above.hashUint64(uint64(h)), i, i
		}
		for _, c := range t.Children(int(i)) {
			stack = append(stack, frame{span: c})
		}
	}
	return contexts, origin
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
