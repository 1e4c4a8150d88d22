package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress tells how far the work is: a line when something begins, and one now and then while it lasts.
type progress struct {
	mu          sync.Mutex
	w           io.Writer
	began, told time.Time
	done, total int
}

// tellEvery is the time between two lines about the same work.
const tellEvery = 10 * time.Second

func newProgress(w io.Writer) *progress { return &progress{w: w, began: time.Now()} }

func (p *progress) begin(what string, searches int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told, p.done, p.total = time.Now(), 0, searches
	fmt.Fprintf(p.w, "%s  %s: %d searches\n", p.clock(), what, searches)
}

func (p *progress) add(searches int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += searches
	if time.Since(p.told) < tellEvery {
		return
	}
	p.told = time.Now()
	fmt.Fprintf(p.w, "%s    %d of %d\n", p.clock(), p.done, p.total)
}

func (p *progress) clock() string {
	s := int(time.Since(p.began).Seconds())
	return fmt.Sprintf("%3d:%02d", s/60, s%60)
}
