package tracefile

import (
	"io"
	"math"
	"runtime"
)

const (
	defaultOpenSpans   = 1_000_000
	defaultRecordBytes = 256 << 20
	maxRecordBytes     = math.MaxInt32 // which is also the most that a message in protobuf may have
)

// Options says how to read. The zero value is fine.
type Options struct {
	// Workers is how many goroutines decode and call observe; 0 means GOMAXPROCS.
	Workers int
	// MaxOpenSpans bounds the spans held of traces of which more spans may come; 0 means 1,000,000. A trace's spans in a record count once for each KiB
	// that they have, if that is more than there are, so it bounds memory as well: what is held of OTLP protobuf takes at most 3 KiB for each span that
	// may be open, and less than half a KiB as a rule, half a gigabyte by default; spans of JSON, which are held decoded, take about twice as much. When it is
	// exceeded, traces that had no new span for long are closed; spans that come for them later make traces of their own and
	// count as [pythia.RepairSplitTrace]. Which traces are closed then depends on how the workers get on.
	MaxOpenSpans int
	// ReuseTraces has each worker build a trace in the memory of the one before it, which takes a good deal less time: what observe is given, it and all
	// that it holds, is good until observe returns. That is enough for [pythia.Engine.Observe].
	ReuseTraces bool
	// MaxRecordBytes bounds a single record: a line, an element of a document's list, a protobuf message; 0 means 256 MiB, and 2 GiB is the most. Larger
	// ones are skipped, as problems.
	MaxRecordBytes int
	// Stdin is read for the file name "-"; nil makes that name a problem. A read of it that hangs when the context is cancelled is left behind
	// in a goroutine of its own until it returns.
	Stdin io.Reader
	// Progress, if not nil, is told now and then how far the reading is, from one goroutine that waits for it.
	Progress func(Progress)
}

// Progress is how far the reading is.
type Progress struct {
	File string // the file being read
	// Bytes of the file have been read, as stored, that is, compressed if it is.
	Bytes int64
	// Size of the file in bytes; 0 where it is unknown.
	Size int64
	// Records were read from all files so far.
	Records int
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.MaxOpenSpans <= 0 {
		o.MaxOpenSpans = defaultOpenSpans
	}
	if o.MaxRecordBytes <= 0 {
		o.MaxRecordBytes = defaultRecordBytes
	}
	o.MaxRecordBytes = min(o.MaxRecordBytes, maxRecordBytes)
	return o
}
