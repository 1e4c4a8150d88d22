package otel

import (
	"maps"
	"sync"
	"sync/atomic"
)

// byName is a map that grows up to a bound, and that is read without a lock: sync.Map would allocate for each look-up of a string.
//
// What is new waits in a second map, with a lock, until enough look-ups have missed it; so the copies cost a constant amount per entry.
type byName[V any] struct {
	max  int
	read atomic.Pointer[map[string]V]
	full atomic.Bool // and all of it is in read

	mu     sync.Mutex
	all    map[string]V
	misses int
}

// missesPerEntry of the map have to come together before it is copied.
const missesPerEntry = 8

// find returns what read holds. It allocates nothing for a converted []byte.
func (b *byName[V]) find(name []byte) (v V, ok bool) {
	if m := b.read.Load(); m != nil {
		v, ok = (*m)[string(name)]
	}
	return v, ok
}

// get returns the value of a name. It makes one if there is none and there is room; the boolean is false if there is not.
func (b *byName[V]) get(name string, newValue func() V) (V, bool) {
	if m := b.read.Load(); m != nil {
		if v, ok := (*m)[name]; ok {
			return v, true
		}
	}
	if b.full.Load() {
		var none V
		return none, false
	}
	return b.miss(name, newValue)
}

func (b *byName[V]) miss(name string, newValue func() V) (V, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, ok := b.all[name]
	if !ok && len(b.all) < b.max {
		if b.all == nil {
			b.all = make(map[string]V)
		}
		v, ok = newValue(), true
		b.all[name] = v
	}
	if b.misses++; b.misses*missesPerEntry >= len(b.all) {
		b.misses = 0
		all := maps.Clone(b.all)
		b.read.Store(&all)
		b.full.Store(len(all) >= b.max)
	}
	return v, ok
}
