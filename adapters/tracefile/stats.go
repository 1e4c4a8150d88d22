package tracefile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pythia-trace/pythia"
)

// maxProblems bounds how many problems are kept.
const maxProblems = 100

// Stats is what reading came to.
type Stats struct {
	Files  int // that could be opened
	Traces int // that observe was called for
	Spans  int // in those traces
	// Repairs sums the repairs of all traces.
	Repairs pythia.Repairs
	// Rejected counts what was left out for being wrong: spans, and records of which nothing could be read.
	Rejected int
	// Problems are the first 100, ordered by file as given, then by line.
	Problems []Problem
	// MoreProblems counts those beyond.
	MoreProblems int
}

// Usable reports whether there was a single trace to be had.
func (s *Stats) Usable() bool { return s.Traces > 0 }

// Problem is something wrong with a file.
type Problem struct {
	File string
	// Line counts from 1, in the decompressed content; 0 where the file as a whole is meant, or has no lines. A record that
	// spans several lines is placed where it begins, or where it stops being JSON.
	Line    int
	Message string

	file int
}

// String returns "file:line: message".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
}

// problem notes a problem. The list is cut at twice the bound, so that the ones kept are the first wherever they were found.
func (s *Stats) problem(p Problem) {
	s.Problems = append(s.Problems, p)
	if len(s.Problems) >= 2*maxProblems {
		s.cut()
	}
}

func (s *Stats) cut() {
	slices.SortFunc(s.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	kept := min(len(s.Problems), maxProblems)
	s.MoreProblems += len(s.Problems) - kept
	s.Problems = slices.Delete(s.Problems, kept, len(s.Problems))
}

// merge adds what another goroutine found.
func (s *Stats) merge(o Stats) {
	s.Files += o.Files
	s.Traces += o.Traces
	s.Spans += o.Spans
	s.Repairs.Merge(o.Repairs)
	s.Rejected += o.Rejected
	s.Problems = append(s.Problems, o.Problems...)
	s.MoreProblems += o.MoreProblems
	s.cut()
}
