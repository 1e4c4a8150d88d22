package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
	"github.com/pythia-trace/pythia/replay"
)

// printer writes lines of at most so many columns.
type printer struct{ io.Writer }

const columns = 100

// setting prints what is on at first, how long requests take, and where most is at stake.
func (p printer) setting(s *study) {
	all, own := replay.TakeCensus(s.recorded, "", nil), s.census()
	fmt.Fprintf(p, "A real OpenStack: %d recorded requests of %d types, played over and over.\n", s.app.Len(), len(s.types))
	fmt.Fprintf(p, "At first %d of %d trace points are on, those at which requests enter a service:\n", all.AlwaysOnPoints, all.Points)
	fmt.Fprintf(p, "%d of the %d contexts in which %s passes one are visible.\n\n", own.AlwaysOnContexts, own.Contexts, s.varying())

	fmt.Fprintf(p, "%-20s %8s %15s %6s %10s  %s\n", "type", "requests", "mean ± sd", "CoV", "at stake", "modes")
	for _, g := range s.types {
		latency := fmt.Sprintf("%.2f ± %.2f s", g.MeanSeconds, g.StdDevSeconds)
		fmt.Fprintf(p, "%-20s %8d %15s %6.2f %8.1f s%s\n", g.RequestType, g.Traces, latency, g.CoV, g.StakeSeconds(), modes(g))
	}
	most := s.types[0]
	fmt.Fprintf(p, "\nMost is at stake in %s, requests × standard deviation: Pythia turns to it first.\n", most.RequestType)
	if slices.MinFunc(s.types, func(a, b *pythia.Group) int { return cmp.Compare(a.CoV, b.CoV) }) == most {
		fmt.Fprintf(p, "Its coefficient of variation, sd / mean, is the lowest of all: ranked by that it would come last.\n")
	}
	fmt.Fprintln(p)
}

func modes(g *pythia.Group) string {
	if len(g.Modes) < 2 {
		return ""
	}
	var centers []string
	for _, m := range g.Modes {
		centers = append(centers, fmt.Sprintf("%.1f", m.CenterSeconds))
	}
	return "  " + strings.Join(centers, ", ") + " s"
}

// listed is how many points are named that were switched at a time.
const listed = 3

// cycle prints what the last cycle did about the requests with most at stake. Of the other searches it only says that they are there.
func (p printer) cycle(s *study) error {
	c := *s.last()
	c.Concluded, c.Searching = s.ownOnly(c.Concluded), s.placeOnly(c.Searching)
	var unlisted []string
	for _, l := range []struct {
		list *[]pythia.Switched
		verb string
	}{{&c.Enabled, "enabled"}, {&c.Disabled, "disabled"}} {
		own := slices.DeleteFunc(slices.Clone(*l.list), func(x pythia.Switched) bool { return x.RequestType != s.varying() })
		*l.list = own[:min(len(own), listed)]
		if more := len(own) - listed; more > 0 {
			unlisted = append(unlisted, fmt.Sprintf("%s %d more", l.verb, more))
		}
	}
	err := render.Cycle(p, &c, render.Options{Width: columns})
	if unlisted != nil {
		fmt.Fprintf(p, "  not listed: %s\n", strings.Join(unlisted, ", "))
	}
	return err
}

// ownOnly returns the searches for what has most at stake, with the first of their places.
func (s *study) ownOnly(all []*pythia.Diagnosis) (own []*pythia.Diagnosis) {
	for _, d := range all {
		if d.RequestType == s.varying() {
			shorter := *d
			shorter.Findings = d.Findings[:min(1, len(d.Findings))]
			own = append(own, &shorter)
		}
	}
	return own
}

// placeOnly returns searches in progress without what explains the place, which Pythia is not content with as long as it searches.
func (s *study) placeOnly(all []*pythia.Diagnosis) (out []*pythia.Diagnosis) {
	for _, d := range all {
		shorter := *d
		shorter.Findings = nil
		for _, f := range d.Findings[:min(1, len(d.Findings))] {
			bare := *f
			bare.Explanations = nil
			shorter.Findings = append(shorter.Findings, &bare)
		}
		out = append(out, &shorter)
	}
	return out
}
