package main

import (
	"strconv"

	"github.com/pythia-trace/pythia"
)

// shape makes a single trace of n spans, in the order in which they end.
type shape struct {
	name  string
	spans func(n int) []pythia.Span
}

func shapes() []shape { return []shape{{"wide", wide}, {"deep", deep}, {"deep and wide", deepAndWide}} }

const (
	tick  = int64(1_000) // nanoseconds between a span's start and its first call, or between calls
	calls = 100          // in each span of what is deep and wide
)

// wide is one span that makes all calls itself, in pairs that overlap.
func wide(n int) []pythia.Span {
	spans := make([]pythia.Span, 0, n)
	for i := range n - 1 {
		at := tick * int64(2*i)
		spans = append(spans, spanOf(i+1, 0, at, at+tick*int64(2+i%2)))
	}
	return append(spans, spanOf(0, -1, 0, tick*int64(2*n+2)))
}

// deep is a span that makes a call that makes a call, and so on.
func deep(n int) []pythia.Span {
	spans := make([]pythia.Span, 0, n)
	for i := n - 1; i >= 0; i-- {
		spans = append(spans, spanOf(i, i-1, tick*int64(i), tick*int64(2*n-i)))
	}
	return spans
}

// deepAndWide is a chain of calls, each of which makes 99 others before the next in the chain.
func deepAndWide(n int) []pythia.Span {
	levels := n / calls
	length := tick * calls // of a level before its call
	end := func(level int) int64 { return length*int64(levels) + tick*int64(levels-level+1) }
	spans := make([]pythia.Span, 0, n)
	for level := levels - 1; level >= 0; level-- {
		start, number := length*int64(level), calls*level
		for i := 1; i < calls; i++ {
			at := start + tick*int64(i)
			spans = append(spans, spanOf(number+i, number, at, at+tick*int64(1+i%2)/2))
		}
		spans = append(spans, spanOf(number, number-calls, start, end(level)))
	}
	return spans
}

// spanOf is a span of one of a hundred trace points; its parent is negative for a root.
func spanOf(number, parent int, start, end int64) pythia.Span {
	s := pythia.Span{
		ID: spanID(number), Point: pythia.TracePointID{Scope: "service-" + strconv.Itoa(number%10), Name: "operation-" + strconv.Itoa(number%100)},
		StartNanos: start, EndNanos: end,
	}
	if parent >= 0 {
		s.ParentID = spanID(parent)
	}
	return s
}

// spanID has 16 digits, as those of OpenTelemetry, which tell nothing of the order.
func spanID(number int) string {
	const digits = "0123456789abcdef"
	id, bits := [16]byte{}, uint64(number+1)*0x9e3779b97f4a7c15
	for i := range id {
		id[i] = digits[bits>>(4*i)&15]
	}
	return string(id[:])
}
