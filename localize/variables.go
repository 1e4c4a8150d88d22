package localize

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// What is kept of a workflow's attributes: enough to explain it, bounded against hostile ones.
const (
	maxVariables   = 400 // per workflow
	maxValueLength = 80  // longer strings are not categories
)

// variableSample is one attribute of a workflow.
type variableSample struct {
	word   int32 // its name
	number float64
	text   string // empty for a number
}

// appendVariable writes an attribute: its name, whether it is a text, and its value.
func appendVariable(b []byte, v variableSample) []byte {
	if v.text == "" {
		return binary.AppendUvarint(binary.AppendUvarint(b, uint64(v.word)<<1), reversed(v.number))
	}
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(v.word)<<1|1), uint64(len(v.text)))
	return append(b, v.text...)
}

// reversed is a number with its bytes in reverse order, so that one of few digits is written in few bytes.
func reversed(f float64) uint64 { return bits.ReverseBytes64(math.Float64bits(f)) }

func unreversed(b uint64) float64 { return math.Float64frombits(bits.ReverseBytes64(b)) }

// variables yields the workflow's attributes, in no order.
func (e *exemplar) variables(yield func(variableSample) bool) {
	for rest := e.vars; rest != ""; {
		var word, n uint64
		word, rest = uvarint(rest)
		n, rest = uvarint(rest)
		v := variableSample{word: int32(word >> 1)}
		if word&1 == 0 {
			v.number = unreversed(n)
		} else {
			v.text, rest = rest[:n], rest[n:]
		}
		if !yield(v) {
			return
		}
	}
}

// wordCount is how many spans of a point a workflow has.
type wordCount struct{ word, count int32 }

func appendCount(b []byte, c wordCount) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(c.word)), uint64(c.count))
}

// spansByPoint yields how many spans the workflow has of each point, in no order.
func (e *exemplar) spansByPoint(yield func(wordCount) bool) {
	for rest := e.counts; rest != ""; {
		var word, n uint64
		word, rest = uvarint(rest)
		n, rest = uvarint(rest)
		if !yield(wordCount{int32(word), int32(n)}) {
			return
		}
	}
}
