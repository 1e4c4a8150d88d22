//go:build linux && amd64

package ebpf

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/ringbuf"
	"golang.org/x/sys/unix"

	"github.com/pythia-trace/pythia/internal/spancost"
)

// pace is how often what has happened is read. The kernel wakes the reader only if much has: to be woken by each event it would take the processor from
// those who are watched, which makes events.
const pace = 10 * time.Millisecond

// tellEvery is how often it is logged that events are dropped, at most.
const tellEvery = time.Minute

// reader has spans made of what the programs report. It has a goroutine that reads, and one that has it read regularly while something is attached.
type reader struct {
	ring             *ringbuf.Reader
	goroutines       *goroutines
	log              *slog.Logger
	drops            func() int // how many events were dropped so far
	events, doubtful atomic.Int64
	cost             spancost.Meter
	done             chan struct{} // closed once nothing is read any more

	mu      sync.Mutex // guards what follows
	waiting []waiter
	stop    chan struct{} // ends the regular reading; nil: it is paused
}

// waiter waits until the ring was found empty a number of times: the first time may have been found so already when it came.
type waiter struct {
	times int
	done  chan struct{}
}

// start begins to read a ring.
func (r *reader) start(ring *ebpf.Map, to *spanMaker) (err error) {
	if r.ring, err = ringbuf.NewReader(ring); err != nil {
		return fmt.Errorf("ebpf: opening the ring of events: %w", err)
	}
	r.done = make(chan struct{})
	to.offset = clockOffset()
	go r.read(to)
	return nil
}

// read makes spans until the ring is closed.
func (r *reader) read(to *spanMaker) {
	defer close(r.done)
	var record ringbuf.Record
	var e event
	told, toldAt := 0, time.Time{}
	for {
		err := r.ring.ReadInto(&record)
		switch {
		case err == nil:
			if _, err := binary.Decode(record.RawSample, binary.NativeEndian, &e); err == nil {
				r.take(&e, to)
			}
		case errors.Is(err, ringbuf.ErrFlushed):
			to.offset = clockOffset()
			to.release(monotonic())
			if n := r.drops(); n > told && time.Since(toldAt) > tellEvery {
				r.log.Warn("ebpf: more happens in the kernel than can be reported, have fewer points on", "dropped", n-told)
				told, toldAt = n, time.Now()
			}
			r.foundEmpty()
		case errors.Is(err, ringbuf.ErrClosed):
			to.release(math.MaxUint64)
			return
		default: // it is tried again, at leisure
			r.log.Error("ebpf: events of the kernel cannot be read", "error", err)
			time.Sleep(time.Second)
		}
	}
}

// take makes a span of an event, unless it may be of another goroutine than the one it is reported of.
func (r *reader) take(e *event, to *spanMaker) {
	if !r.goroutines.certain(place{e.Place, e.Version}) {
		r.doubtful.Add(1)
		return
	}
	r.events.Add(1)
	if !r.cost.Due() {
		to.add(e)
		return
	}
	began := time.Now()
	to.add(e)
	r.cost.Add(time.Since(began))
}

func (r *reader) foundEmpty() {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := r.waiting[:0]
	for _, w := range r.waiting {
		if w.times--; w.times > 0 {
			left = append(left, w)
		} else {
			close(w.done)
		}
	}
	r.waiting = left
	if len(left) > 0 {
		_ = r.ring.Flush() // fails only if it is closed
	}
}

// flush returns when spans were made of all that was reported before.
func (r *reader) flush(ctx context.Context) error {
	w := waiter{2, make(chan struct{})}
	r.mu.Lock()
	r.waiting = append(r.waiting, w)
	r.mu.Unlock()
	defer r.leave(w)
	_ = r.ring.Flush()
	select {
	case <-w.done:
		return nil
	case <-r.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("ebpf: events of the kernel are still being read, give it more time: %w", ctx.Err())
	}
}

// leave has a waiter wait no more.
func (r *reader) leave(w waiter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = slices.DeleteFunc(r.waiting, func(o waiter) bool { return o.done == w.done })
}

// resume has the ring read regularly.
func (r *reader) resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		return
	}
	stop := make(chan struct{})
	r.stop = stop
	go func() {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = r.ring.Flush()
			case <-stop:
				_ = r.ring.Flush()
				return
			}
		}
	}()
}

// pause has it read once more.
func (r *reader) pause() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		close(r.stop)
		r.stop = nil
	}
}

func (r *reader) close() error {
	r.pause()
	err := r.flush(context.Background())
	err = errors.Join(err, r.ring.Close())
	<-r.done
	return err
}

// clockOffset is from the monotonic clock, by which events are timed, to Unix time. It changes when somebody sets the clock.
func clockOffset() time.Duration {
	before := monotonic()
	now := time.Now().UnixNano()
	return time.Duration(now) - time.Duration(before+(monotonic()-before)/2)
}

func monotonic() uint64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // which is always there
	return uint64(t.Nano())
}
