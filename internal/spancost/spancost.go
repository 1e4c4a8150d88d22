// Package spancost measures what it costs the application to start and end spans. Nothing is measured unless somebody asks.
package spancost

import (
	"sync/atomic"
	"time"
)

const (
	perQuestion = 16 // spans that are measured
	smoothing   = 16 // a measurement counts for one part in so many
	maxOutlier  = 16 // times the average; what is above is the scheduler's or the collector's
)

// Meter is a moving average of what spans cost. The zero Meter has measured nothing. It is safe for concurrent use.
//
// Whoever asks for the average has some of the next spans measured, so that the next answer is of today. To measure one span in so many instead,
// each span would have to be counted or drawn, which costs a good part of what a trace point may.
type Meter struct {
	nanos  atomic.Int64
	wanted atomic.Int32
}

// Average returns 0 if nothing was measured yet.
func (m *Meter) Average() time.Duration {
	m.wanted.Store(perQuestion)
	return time.Duration(m.nanos.Load())
}

// Due reports whether a span is to be measured: give it to Add then.
func (m *Meter) Due() bool { return m.wanted.Load() > 0 && m.wanted.Add(-1) >= 0 }

// Add adds a measurement.
func (m *Meter) Add(d time.Duration) {
	for {
		old := m.nanos.Load()
		now := max(int64(d), 1)
		if old > 0 {
			now = max(old+(min(now, old*maxOutlier)-old)/smoothing, 1)
		}
		if m.nanos.CompareAndSwap(old, now) {
			return
		}
	}
}
