package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

// options say how long the demonstration may take.
type options struct {
	atMost      time.Duration
	interval    time.Duration // between the Engine's steps
	minRequests int           // of a type, before the Engine says anything of them
	folder      string        // for the orders
	pause       time.Duration // between requests of a kind
}

const introduction = `A service takes orders and makes quotes. Its own trace points show where both take
longer now and then, and nothing in it says why: the reasons lie in the kernel.

`

// diagnose runs the service, with customers, a neighbour and Pythia, until Pythia knows what makes both types of requests vary.
func diagnose(ctx context.Context, to io.Writer, o options) (found map[string]*pythia.Diagnosis, err error) {
	// With more threads than processors goroutines wait in the kernel, and not in the Go runtime for one that waits there.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4 * runtime.NumCPU()))
	w, err := newWatched(appendOrder, computeQuote)
	defer func() { err = errors.Join(err, w.stop()) }()
	if err != nil {
		return nil, err
	}
	s, err := startService(o.folder, w)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	stopNeighbour, err := startNeighbour()
	if err != nil {
		return nil, err
	}
	defer stopNeighbour()
	fmt.Fprint(to, introduction)
	running, stop := context.WithTimeout(ctx, o.atMost)
	defer stop()
	customers := load{url: s.url, pause: o.pause, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	gone := make(chan error, 1)
	go func() {
		gone <- customers.run(running)
		stop() // if a request failed: without customers there is nothing to see
	}()
	p := printer{Writer: to, done: stop, found: make(map[string]*pythia.Diagnosis)}
	err = w.run(running, o, p.cycle)
	stop()
	err = errors.Join(err, <-gone)
	err = errors.Join(err, p.err)
	switch {
	case err != nil:
		return p.found, err
	case len(p.found) < 2 && ctx.Err() != nil:
		return p.found, errors.New("interrupted")
	case len(p.found) < 2:
		return p.found, fmt.Errorf("%v were not enough to find what makes both types of requests vary: this machine is busy, try -for 3m", o.atMost)
	}
	return p.found, nil
}

// printer prints what the Engine does, and its report once both searches are over.
type printer struct {
	io.Writer
	done  func()
	found map[string]*pythia.Diagnosis // by request type
	err   error
}

func (p *printer) cycle(e *pythia.Engine, c *pythia.Cycle) {
	p.err = errors.Join(p.err, render.Cycle(p, c, render.Options{}))
	for _, d := range c.Concluded {
		if t := d.RequestType; p.found[t] == nil && (t == orders || t == quotes) {
			p.found[t] = d
		}
	}
	if len(p.found) == 2 {
		p.report(e)
		p.done()
	}
}

func (p *printer) report(e *pythia.Engine) {
	report, err := e.Report(context.Background())
	if err != nil {
		p.err = errors.Join(p.err, err)
		return
	}
	report.Groups, report.Findings = nil, nil
	fmt.Fprintln(p)
	p.err = errors.Join(p.err, render.Text(p, report, render.Sources{}, render.Options{}))
}
