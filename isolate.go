package pythia

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// isolated calls what a user has plugged in, and turns a panic into an error.
func isolated[T any](what string, f func() (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{what, p, debug.Stack()}
		}
	}()
	return f()
}

// attempt is isolated for calls without a result.
func attempt(what string, f func() error) error {
	_, err := isolated(what, func() (none struct{}, err error) { return none, f() })
	return err
}

// panicked is a panic in what a user has plugged in. The stack is for the log: it differs from run to run, and decisions must not.
type panicked struct {
	what  string
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("pythia: %s panicked: %v", p.what, p.value) }

// turnstile lets one call at a time through to something that may hang. A call that takes too long is left behind; until it comes back, others are
// refused.
type turnstile struct {
	what string
	mu   sync.Mutex
	last chan struct{} // closed when the last call has come back; nil before the first
}

// enter lets a call through, which says by leave that it has come back, unless another has not.
func (t *turnstile) enter() (leave func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last != nil {
		select {
		case <-t.last:
		default:
			return nil, false
		}
	}
	back := make(chan struct{})
	t.last = back
	return sync.OnceFunc(func() { close(back) }), true
}

// wait returns when no call is under way, or after a time.
func (t *turnstile) wait(most time.Duration) {
	t.mu.Lock()
	last := t.last
	t.mu.Unlock()
	if last == nil {
		return
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-last:
	case <-timer.C:
	}
}

type outcome[T any] struct {
	value T
	err   error
}

func pass[T any](ctx context.Context, t *turnstile, timeout time.Duration, f func(context.Context) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	leave, ok := t.enter()
	if !ok {
		return none, fmt.Errorf("pythia: %s still hangs in an earlier call", t.what)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan outcome[T], 1)
	go func() {
		defer leave() // if f ends the goroutine
		value, err := isolated(t.what, func() (T, error) { return f(ctx) })
		leave()
		done <- outcome[T]{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done: // it was in time after all
		return o.value, o.err
	default:
		return none, fmt.Errorf("pythia: %s did not answer within %v: %w", t.what, timeout, ctx.Err())
	}
}
