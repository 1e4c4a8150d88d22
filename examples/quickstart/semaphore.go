package main

import (
	"context"
	"sync/atomic"
)

// semaphore lets a few requests in at a time; the others queue.
type semaphore struct {
	slots chan struct{}
	queue atomic.Int64
}

func newSemaphore(slots int) *semaphore { return &semaphore{slots: make(chan struct{}, slots)} }

func (s *semaphore) acquire(ctx context.Context) error {
	s.queue.Add(1)
	defer s.queue.Add(-1)
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *semaphore) release() { <-s.slots }
