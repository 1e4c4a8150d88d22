package pythia

import "time"

// Cost is what trace points that are on cost together, by estimate; as a budget, what they may cost.
type Cost struct {
	Points         int     // how many are on, always-on ones aside
	SpansPerSecond float64 // over all processes
	BytesPerSecond float64 // of spans, before compression
	CPU            float64 // in cores, over all processes: 0.01 is one percent of one core
}

// Plus returns the sum.
func (c Cost) Plus(o Cost) Cost {
	return Cost{c.Points + o.Points, c.SpansPerSecond + o.SpansPerSecond, c.BytesPerSecond + o.BytesPerSecond, c.CPU + o.CPU}
}

// Minus returns the difference.
func (c Cost) Minus(o Cost) Cost {
	return Cost{c.Points - o.Points, c.SpansPerSecond - o.SpansPerSecond, c.BytesPerSecond - o.BytesPerSecond, c.CPU - o.CPU}
}

// Within reports whether no part of the cost is beyond the budget's.
func (c Cost) Within(budget Cost) bool {
	return c.Points <= budget.Points && c.SpansPerSecond <= budget.SpansPerSecond && c.BytesPerSecond <= budget.BytesPerSecond && c.CPU <= budget.CPU
}

// HitCost is what passing a trace point once costs when it is on.
type HitCost struct {
	CPU   time.Duration // to start and end its span
	Bytes int           // the span's size, before compression; 0 if it was not measured
}

// Coster is implemented by controllers that measure what their points cost. It returns false for a point of which it knows nothing yet. It is quick: it says
// what was measured, and measures nothing meanwhile. It is safe for concurrent use.
type Coster interface {
	HitCost(id TracePointID) (HitCost, bool)
}

// DefaultSpanCPU and DefaultSpanBytes are what passing a trace point is taken to cost until it was measured: about what OpenTelemetry's SDK
// takes to record and batch a span with a few attributes.
const (
	DefaultSpanCPU   = 2 * time.Microsecond
	DefaultSpanBytes = 500
)
