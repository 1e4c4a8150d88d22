package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

// varying is the request type that is to be explained.
const varying = "shop POST /checkout"

// options say how long the demonstration may take.
type options struct {
	atMost      time.Duration
	interval    time.Duration // between the Engine's steps
	minRequests int           // of a type, before the Engine says anything of them
	busy        float64       // how many requests come, 1 as usual
	budget      pythia.Cost   // for what is on; the zero value leaves it at the default
	verbose     bool
}

// diagnose runs the system, with customers and with Pythia, until Pythia knows what makes the requests vary.
func diagnose(ctx context.Context, w io.Writer, o options) (*pythia.Diagnosis, error) {
	s, err := startSystem()
	if err != nil {
		return nil, err
	}
	defer s.stop()
	return s.diagnose(ctx, w, o)
}

func (s *system) diagnose(ctx context.Context, w io.Writer, o options) (*pythia.Diagnosis, error) {
	fmt.Fprint(w, introduction)
	running, stop := context.WithTimeout(ctx, o.atMost)
	defer stop()
	customers := load{shop: s.url, busy: o.busy, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	gone := make(chan error, 1)
	go func() {
		gone <- customers.run(running)
		stop() // if a request failed: without customers there is nothing to see
	}()
	p := printer{Writer: w, verbose: o.verbose, done: stop}
	err := errors.Join(watch(running, s, o, p.cycle), <-gone, p.err)
	switch {
	case err != nil:
		return nil, err
	case p.found == nil && ctx.Err() != nil:
		return nil, errors.New("interrupted")
	case p.found == nil:
		return nil, fmt.Errorf("%v were not enough to find what makes %s vary: this machine is busy, try -for 2m", o.atMost, varying)
	case p.found.Stop != pythia.StopExplained:
		return p.found, fmt.Errorf("what makes %s vary was not explained (%s): this machine is busy, try again", varying, p.found.Stop)
	}
	return p.found, nil
}

const introduction = `Three services serve requests: shop, inventory, pricing. Only their entries are
traced. POST /checkout takes 35 ms, or three times as long, and nobody knows why.

`

// printer prints what the Engine does, and its report once the search is over.
type printer struct {
	io.Writer
	verbose bool
	done    func()
	found   *pythia.Diagnosis
	err     error
}

func (p *printer) cycle(e *pythia.Engine, c *pythia.Cycle) {
	p.err = errors.Join(p.err, render.Cycle(p, c, render.Options{}))
	for _, d := range c.Concluded {
		if d.RequestType == varying && p.found == nil {
			p.found = d
			p.report(e)
			p.done()
		}
	}
}

func (p *printer) report(e *pythia.Engine) {
	report, err := e.Report(context.Background())
	if err != nil {
		p.err = errors.Join(p.err, err)
		return
	}
	var others []*pythia.Diagnosis
	if !p.verbose {
		all := report.Diagnoses
		report.Diagnoses, report.Groups, report.Findings = nil, nil, nil
		for _, d := range all {
			if d.RequestType == varying {
				report.Diagnoses = append(report.Diagnoses, d)
			} else {
				others = append(others, d)
			}
		}
	}
	fmt.Fprintln(p)
	p.err = errors.Join(p.err, render.Text(p, report, render.Sources{}, render.Options{}))
	for _, d := range others {
		fmt.Fprintln(p, "\nAlso:", render.Line(d))
	}
}
