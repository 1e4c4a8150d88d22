package pythia

// SearchSpace holds the trace points that could be on, arranged so that one can ask what lies inside an edge. It is filled from workflows in which
// they were on, and asked about workflows in which most were off. What is returned belongs to the caller. Implementations are safe for concurrent use.
type SearchSpace interface {
	// Observe adds a workflow, which should be fully traced: with points off, the same code has other contexts.
	Observe(t *Trace)
	// Children returns the contexts directly below one, [RootContext] for the roots, in the order in which they were seen to start.
	Children(c ContextID) []SearchNode
	// Inside returns the contexts that could be switched on to split the edge between two events that were observed in the calling context
	// stack (outermost first, nil for the workflow itself), whether or not all points were on when it was observed. The stack is that of
	// [Trace.Stack] and may lack its outer end; from and to are events of its last point, or of the workflow, or of spans observed
	// directly below.
	//
	// With points off, an observed context can stand for several of the space. What lies inside the edge in any of them is returned, the
	// nearest ones' first, each in the order in which it was seen to start, every context once; points of the stack are never among
	// it, points that are on for other reasons can be. If an event is known in none of them, all that they lead to directly is returned:
	// better too many than none. If there is none, the answer is nil.
	Inside(stack []TracePointID, from, to Event) []SearchNode
	// Callers returns the contexts on the way to those that an observed stack can stand for, each once and the innermost first: what was off, and
	// may know why the stack's last point was called. Points of the stack are not among it. Nil if there are none, or the space does not
	// know who calls whom.
	Callers(stack []TracePointID) []SearchNode
	// Find returns the contexts that an observed stack can stand for, which may lack points that were off and its outer end: the one that has
	// just this stack or, if there is none, all that Inside would look into, the nearest ones first. Nil if there are none, and for the
	// workflow itself.
	Find(stack []TracePointID) []SearchNode
}

// SearchNode is a calling context in a search space, with what was seen of it.
type SearchNode struct {
	Context ContextID
	Point   TracePointID
	// Workflows is in how many workflows the context was seen, and Spans how often in all.
	Workflows, Spans int64
	// MeanSeconds and StdDevSeconds are of its time per workflow that has it: of its outermost spans, from the start until the last thing that
	// each caused had ended ([Trace.WorkEnd]), added up.
	MeanSeconds, StdDevSeconds float64
	// CallerShare is the part of the variance of the caller's time that goes along with the context's: Cov(x, p) / Var(p) over all workflows
	// that have the caller. x is the context's time in a workflow, as in MeanSeconds, or 0 where it is absent, and p the caller's. The caller
	// of a root is the workflow as a whole: its interval until all work was done.
	//
	// The shares of all that the caller calls and of the rest of its time sum to 1. A share can exceed 1, if calls run in parallel, and be negative,
	// if the context takes long where the caller takes short. It is 0 where the caller's time never varied. How exact it is, and who
	// counts as the caller in a space without hierarchy, is up to the implementation.
	CallerShare float64
	// Leaf says that nothing was ever seen below.
	Leaf bool
}
