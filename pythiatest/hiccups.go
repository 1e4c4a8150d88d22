package pythiatest

import (
	"slices"
	"sync"
	"time"
)

// hiccups tells when the machine was late: a goroutine that does nothing but sleep should have woken, and did not. Then requests were late too, and it was
// not their fault. The method is that of Gil Tene's jHiccup.
type hiccups struct {
	mu  sync.Mutex
	all []hiccup // by time
}

// hiccup is from when until when the goroutine was late, in Unix nanoseconds.
type hiccup struct{ from, to int64 }

const (
	nap  = 500 * time.Microsecond
	late = time.Millisecond // is more than the scheduler of an idle machine takes
)

// watch notes hiccups until it is stopped.
func (h *hiccups) watch() (stop func()) {
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Go(func() {
		ticking := time.NewTimer(nap)
		defer ticking.Stop()
		for due := time.Now().Add(nap); ; due = time.Now().Add(nap) {
			ticking.Reset(nap)
			select {
			case <-done:
				return
			case <-ticking.C:
			}
			if now := time.Now(); now.Sub(due) > late {
				h.add(hiccup{due.UnixNano(), now.UnixNano()})
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

func (h *hiccups) add(x hiccup) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, x)
}

// longest returns for how long at most, between two times, the machine was late at a stretch.
func (h *hiccups) longest(from, to int64) (most time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, _ := slices.BinarySearchFunc(h.all, from, func(x hiccup, from int64) int {
		if x.to <= from {
			return -1
		}
		return 1
	})
	for ; i < len(h.all) && h.all[i].from < to; i++ {
		most = max(most, time.Duration(min(h.all[i].to, to)-max(h.all[i].from, from)))
	}
	return most
}
