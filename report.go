package pythia

// Report is what an [Engine] has found out. It is plain data; nothing in it changes afterwards.
type Report struct {
	Measure  Measure
	Input    Input
	Baseline *Input // nil without one
	Dropped  Dropped
	Groups   []*Group
	Findings []*Finding
	// MoreFindings counts those beyond Config.TopFindings.
	MoreFindings int
	// Diagnoses are the searches of an Engine with a loop: those that have ended, in that order, then those in progress, by request type.
	Diagnoses []*Diagnosis
}

// Input says what a report rests on.
type Input struct {
	Traces  int
	Spans   int
	Ignored int // traces that the [Grouper] left out, or that last over a week
	Repairs Repairs
}

func (in *Input) add(t *Trace) {
	in.Traces++
	in.Spans += len(t.Spans)
	in.Repairs.Merge(t.Repairs)
}

func (in *Input) merge(o Input) {
	in.Traces += o.Traces
	in.Spans += o.Spans
	in.Ignored += o.Ignored
	in.Repairs.Merge(o.Repairs)
}
