//go:build linux && amd64

package ebpf

import (
	"sync"
	"sync/atomic"
)

// place is where the kernel found a goroutine, and what was written there then.
type place struct{ at, version uint32 }

// doubts are places of which it is not known whose events were reported under their name. There are hardly ever any. They are safe for concurrent use.
type doubts struct {
	number atomic.Int64
	mu     sync.Mutex
	places map[place]bool
	ring   []place // the latest
	next   int
}

// maxDoubts is how many are remembered: their events are read within moments.
const maxDoubts = 10_000

func (d *doubts) add(p place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.places == nil {
		d.places = make(map[place]bool)
	}
	d.places[p] = true
	d.number.Add(1)
	if len(d.ring) < maxDoubts {
		d.ring = append(d.ring, p)
		return
	}
	delete(d.places, d.ring[d.next])
	d.ring[d.next] = p
	d.next = (d.next + 1) % maxDoubts
}

func (d *doubts) has(p place) bool {
	if d.number.Load() == 0 {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.places[p]
}
