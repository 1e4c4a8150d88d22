package main

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"gonum.org/v1/gonum/mat"
)

// hardware is what the machine can do at best: what is measured is compared with it.
type hardware struct {
	CopyBytesPerSecond float64 // reading and writing memory, one core
	ReadSeconds        float64 // one read, at a place in a large table that the read before has told
	AtomicSeconds      float64 // one atomic load that hits the cache
	MultiplyAdds       float64 // per second, in a product of matrices, one core
}

func (l *lab) measureHardware() *hardware {
	return &hardware{
		CopyBytesPerSecond: l.copySpeed(), ReadSeconds: l.readLatency(), AtomicSeconds: atomicLoad(), MultiplyAdds: l.multiplySpeed(),
	}
}

// fastest returns the seconds of the best of several runs: what the hardware can do.
func fastest(work func()) float64 {
	best := time.Duration(1 << 62)
	for range 5 {
		began := time.Now()
		work()
		best = min(best, time.Since(began))
	}
	return best.Seconds()
}

func (l *lab) copySpeed() float64 {
	from := make([]byte, pick(l, 256<<20, 16<<20))
	to := make([]byte, len(from))
	return float64(len(from)) / fastest(func() { copy(to, from) })
}

// readLatency goes round a random cycle through a large table, so that no read can begin before the last one has ended.
func (l *lab) readLatency() float64 {
	const reads = 1 << 20
	next := make([]uint32, pick(l, 16<<20, 4<<20))
	order := rand.New(rand.NewPCG(1, 0))
	for i := range next {
		next[i] = uint32(i)
	}
	for i := len(next) - 1; i > 0; i-- { // Sattolo's shuffle: a single cycle
		j := order.IntN(i)
		next[i], next[j] = next[j], next[i]
	}
	at := uint32(0)
	took := fastest(func() {
		for range reads {
			at = next[at]
		}
	})
	if at >= uint32(len(next)) {
		panic("never") // but the reads have a use
	}
	return took / reads
}

func atomicLoad() float64 {
	const loads = 1 << 24
	var flag atomic.Bool
	on := 0
	took := fastest(func() {
		for range loads {
			if flag.Load() {
				on++
			}
		}
	})
	return took / loads
}

func (l *lab) multiplySpeed() float64 {
	n := pick(l, 512, 128)
	a, b, product := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, n-1-i, 1) // permutations: products stay within bounds
		b.Set(i, i, 1)
	}
	took := fastest(func() { product.Mul(a, b) })
	return float64(n) * float64(n) * float64(n) / took / float64(l.machine.Cores) // gonum uses all cores
}
