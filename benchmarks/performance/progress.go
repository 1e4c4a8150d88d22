package main

import (
	"fmt"
	"io"
	"time"
)

// progress tells what is being measured: a line when something begins.
type progress struct {
	w     io.Writer
	began time.Time
}

func newProgress(w io.Writer) *progress { return &progress{w: w, began: time.Now()} }

func (p *progress) begin(format string, args ...any) {
	s := int(time.Since(p.began).Seconds())
	fmt.Fprintf(p.w, "%3d:%02d  %s\n", s/60, s%60, fmt.Sprintf(format, args...))
}
