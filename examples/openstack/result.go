package main

import (
	"fmt"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

// result prints what makes the requests vary, and what it took to find out.
func (p printer) result(s *study) {
	d := s.found()
	fmt.Fprintln(p)
	if len(d.Findings) == 0 {
		fmt.Fprintln(p, render.Line(d))
	} else {
		p.place(d.Findings[0])
	}
	p.price(s, d)
	fmt.Fprintln(p, "\nWhere the searches for the other types have come to meanwhile, with the share of the variance:")
	for _, g := range s.types[1:] {
		if d := s.stand(g.RequestType); d != nil && len(d.Findings) > 0 {
			f := d.Findings[0]
			fmt.Fprintf(p, "  %-18s %4.0f %%  %s\n", g.RequestType, 100*f.VarianceShare, f.Location.Point)
		}
	}
}

// place prints where requests vary, and how long they take with which values of what explains it.
func (p printer) place(f *pythia.Finding) {
	fmt.Fprintf(p, "What makes %s vary: %s\n", f.Group.RequestType, f.Location)
	fmt.Fprintf(p, "  carries %.0f %% of the variance (%.0f–%.0f %% with %.0f %% confidence)\n",
		100*f.VarianceShare, 100*f.ShareInterval.Low, 100*f.ShareInterval.High, 100*f.ShareInterval.Level)
	if len(f.Explanations) == 0 {
		return
	}
	e := f.Explanations[0]
	fmt.Fprintf(p, "  which goes along with (correlation %.2f)\n  %s\n", e.Strength, e.Variable)
	for i, r := range e.Ranges {
		fmt.Fprintf(p, "    %8s → %5.1f s  %4d requests\n", values(r, i == len(e.Ranges)-1), r.Seconds, r.Traces)
	}
}

// values names a range. The last one is open: greater values would belong to it.
func values(r pythia.ValueRange, last bool) string {
	switch {
	case r.Category != "":
		return r.Category
	case r.Low == r.High:
		return fmt.Sprintf("%g", r.Low)
	case last:
		return fmt.Sprintf("≥ %g", r.Low)
	}
	return fmt.Sprintf("%g–%g", r.Low, r.High)
}

// price prints what it took: decisions, requests, and how much was on.
func (p printer) price(s *study, d *pythia.Diagnosis) {
	requests := 0
	for _, c := range s.cycles {
		requests += c.Requests
	}
	n := s.census()
	ever, still := switched(d)
	visible, on := n.AlwaysOnContexts, n.At(ever)
	fmt.Fprintf(p, "\nIt took %d cycles: %d requests, %d of them %s.\n", len(s.cycles), requests, n.Requests*len(s.cycles), s.varying())
	fmt.Fprintf(p, "Of its %d contexts %d were visible all the time, %d more at some time, and %d never, but in the\n", n.Contexts, visible, on, n.Contexts-visible-on)
	fmt.Fprintf(p, "%d requests of each type that were profiled. Still on, until this is reported: %d.\n", profiled, n.At(still))
}
