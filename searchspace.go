package pythia

// SearchSpace holds the trace points that could be on, arranged so that one can ask what lies inside an edge. It is filled from workflows in which
// they were on. Implementations are safe for concurrent use.
type SearchSpace interface {
	// Observe adds a workflow, which should be fully traced: with points off, the same code has other contexts.
	Observe(t *Trace)
	// Children returns the contexts directly below one, [RootContext] for the roots, in the order in which they were seen to start.
	Children(c ContextID) []SearchNode
	// Inside returns those of Children(c) that were seen to start at or after from and to end at or before to: what could be switched on to
	// split that edge. From and to are events of c's own span or of its children.
	Inside(c ContextID, from, to Event) []SearchNode
}

// SearchNode is a calling context in a search space, with what was seen of it.
type SearchNode struct {
	Context ContextID
	Point   TracePointID
	// Workflows is in how many workflows the context was seen, and Spans how often in all.
	Workflows, Spans int64
	// MeanSeconds and StdDevSeconds are of its time per workflow that has it: the durations of its outermost spans, added up.
	MeanSeconds, StdDevSeconds float64
	// Leaf says that nothing was ever seen below.
	Leaf bool
}
