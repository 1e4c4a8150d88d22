package pythiatest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pythia-trace/pythia"
)

// linger is how long, while requests are made, a workflow waits for further spans after its last one has ended.
const linger = 100 * time.Millisecond

// Run makes requests, numbered from 0, and has the Engine make a step after each Config.Requests of them, until all searches have ended or, the
// application being steady, none has begun. Of an application that is not steady, it is done after some seconds, depending on how slow it is.
//
// A request that fails ends the test, unless its context is done: because the test has ended, or Config.Timeout is over. Requests are made in
// several goroutines, so that they must not call FailNow. Run again for more requests, of another kind for example.
func (t *Trial) Run(request func(ctx context.Context, i int) error) {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.tb.Context(), t.config.Timeout)
	defer cancel()
	defer t.hiccups.watch()()
	for range t.config.Cycles {
		err := t.make(ctx, request)
		if ctx.Err() != nil {
			return
		}
		t.must(err)
		cycle, err := t.step(ctx)
		if ctx.Err() != nil {
			return
		}
		t.must(err)
		if t.take(cycle) {
			return
		}
	}
}

// make makes the requests of a cycle.
func (t *Trial) make(ctx context.Context, request func(context.Context, int) error) error {
	var (
		wg     sync.WaitGroup
		failed atomic.Pointer[error]
		next   atomic.Int64
	)
	for range t.config.Concurrency {
		wg.Go(func() {
			for ctx.Err() == nil && failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= t.config.Requests {
					return
				}
				if err := request(ctx, t.made+i); err != nil {
					err = fmt.Errorf("pythiatest: request %d of the workload: %w", t.made+i, err)
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	wg.Wait()
	t.made += t.config.Requests
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

func (t *Trial) step(ctx context.Context) (*pythia.Cycle, error) {
	if err := t.processor.ForceFlush(ctx); err != nil {
		return nil, err
	}
	cycle, err := t.engine.Step(ctx)
	if err != nil {
		return nil, err
	}
	for _, problem := range cycle.Problems {
		err = errors.Join(err, errors.New(problem))
	}
	return cycle, err
}

// take notes what a step came to, and reports whether nothing is left to be found out.
func (t *Trial) take(c *pythia.Cycle) (done bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cycles++
	t.concluded = append(t.concluded, c.Concluded...)
	t.searching = c.Searching
	t.profiling = c.ProfiledOneIn > 0
	if t.profiling {
		return false
	}
	done = len(c.Searching) == 0
	looked := false
	for _, j := range t.judged {
		if j.requests >= minRequests {
			j.looks++
			looked = looked || j.looks >= enoughLooks
			done = done && j.looks >= enoughLooks
		}
	}
	return done && looked
}
