package benchmarks

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// low is the quantile of the batches that counts. The fastest batch of all would depend on luck: which of them found the allocator's memory in the
// cache.
const low = 0.05

// measurement runs its subjects in turn, in short batches of the same length for all that is compared, and compares a low quantile of their
// times. What else the machine does can only make a batch slower, and a batch is short beside what the scheduler gives a thread, so that enough of
// them run undisturbed; what slows the machine down for a while slows down all of them. So the ratios are the same on a busy machine. Collections
// of garbage are not in the batches that count, which is why the table has the bytes too.
type measurement struct {
	subjects []subject
	took     [][]time.Duration // by each batch of each
}

func newMeasurement(subjects []subject, rounds int) *measurement {
	m := &measurement{subjects, make([][]time.Duration, len(subjects))}
	for range rounds {
		for i, s := range subjects {
			began := time.Now()
			s.run(s.batch)
			m.took[i] = append(m.took[i], time.Since(began))
		}
	}
	for _, took := range m.took {
		slices.Sort(took)
	}
	return m
}

// nanos is the time of one span.
func (m *measurement) nanos(name string) float64 {
	i := slices.IndexFunc(m.subjects, func(s subject) bool { return s.name == name })
	return float64(m.took[i][int(low*float64(len(m.took[i])))]) / float64(m.subjects[i].batch)
}

func (m *measurement) ratio(a, b string) float64 { return m.nanos(a) / m.nanos(b) }

// table is in Markdown.
func (m *measurement) table() string {
	var b strings.Builder
	b.WriteString("\n| a span, started and ended | ns | allocations | bytes |\n|---|--:|--:|--:|\n")
	for _, s := range m.subjects {
		allocations, bytes := allocated(s)
		fmt.Fprintf(&b, "| %s | %.1f | %d | %d |\n", s.name, m.nanos(s.name), allocations, bytes)
	}
	return b.String()
}

// allocated is what one span allocates.
func allocated(s subject) (allocations, bytes uint64) {
	const n = 10_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.run(n)
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / n, (after.TotalAlloc - before.TotalAlloc) / n
}
