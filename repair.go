package pythia

// Repair is a way in which reported spans were put right, or had to be read in one of several ways. Every one is counted.
type Repair uint8

// The repairs, with what was done.
const (
	// RepairMissingParent: the parent was never reported; the span became a root.
	RepairMissingParent Repair = iota
	// RepairSeveralRoots: more than one span has no parent; all hang below one unnamed root, the client's view.
	RepairSeveralRoots
	// RepairDuplicate: a span ID was reported more than once; the longest complete report was kept.
	RepairDuplicate
	// RepairCycle: spans are their own ancestors; the one that started first became a root.
	RepairCycle
	// RepairNegativeDuration: a span ended before it started; its end was set to its start.
	RepairNegativeDuration
	// RepairClockSkew: a server span on another host lay outside the client span that waited for it; it was moved, with all
	// below it on that host, to the middle of the client span.
	RepairClockSkew
	// RepairEarlyChild: a child started before its parent; the path takes it from the parent's start.
	RepairEarlyChild
	// RepairLink: a span whose parent is none or was not reported had a link to a span of the same trace, which became its parent.
	RepairLink
	// RepairAsynchronous: a child went on after its parent had ended; the parent's work is taken to last as long.
	RepairAsynchronous
	// RepairUnfinished: a span was started and never ended; it ends with the last thing known to have happened in it.
	RepairUnfinished
	// RepairImpossibleTime: a time lay before 1970 or after 2116; it was moved to that bound.
	RepairImpossibleTime
	// RepairSplitTrace: spans of a trace arrived after the trace had to be closed for lack of memory; they make a trace of their own.
	RepairSplitTrace

	repairKinds
)

var repairNames = [repairKinds]string{
	"missing_parent", "several_roots", "duplicate", "cycle", "negative_duration", "clock_skew", "early_child", "link",
	"asynchronous", "unfinished", "impossible_time", "split_trace",
}

// String returns the repair's name in reports, such as "clock_skew".
func (r Repair) String() string {
	if r >= repairKinds {
		return "unknown"
	}
	return repairNames[r]
}

// Repairs counts repairs by kind. The zero value is ready to use.
type Repairs [repairKinds]int

// Add adds n repairs of one kind.
func (r *Repairs) Add(kind Repair, n int) { r[kind] += n }

// Merge adds the counts of another.
func (r *Repairs) Merge(o Repairs) {
	for i := range r {
		r[i] += o[i]
	}
}

// ByName returns the counts that are not zero.
func (r Repairs) ByName() map[string]int {
	m := map[string]int{}
	for i, n := range r {
		if n != 0 {
			m[Repair(i).String()] = n
		}
	}
	return m
}
