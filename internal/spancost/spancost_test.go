package spancost

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMeter(t *testing.T) {
	var m Meter
	require.Zero(t, m.Average())
	m.Add(0)
	require.EqualValues(t, 1, m.Average(), "it is known to be measured")
	m = Meter{}
	m.Add(1600)
	require.EqualValues(t, 1600, m.Average())
	m.Add(time.Hour)
	require.EqualValues(t, 1600+15*100, m.Average(), "an outlier counts for 16 times the average")
	for range 1000 {
		m.Add(800)
	}
	require.InDelta(t, 800, int64(m.Average()), smoothing)
}

func TestDue(t *testing.T) {
	var m Meter
	require.False(t, m.Due(), "nobody has asked")
	for range 2 {
		_ = m.Average()
		var due atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 100 {
					if m.Due() {
						due.Add(1)
					}
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, perQuestion, due.Load())
	}
}
