package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// Cycle writes what one step of an Engine's loop saw and did, for a terminal: as a program prints it step by step. A step that switched nothing is one
// line. Lines are as wide as those of [Text].
func Cycle(w io.Writer, c *pythia.Cycle, o Options) error {
	p := newPage(o)
	p.cycle(c)
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("render: writing a cycle: %w", err)
	}
	return nil
}

func (p *page) cycle(c *pythia.Cycle) {
	events, others := eventsOf(c)
	head := fmt.Sprintf("cycle %s  %s  %s", count(c.Number), c.Time.Format(clockTime), counted(c.Requests, "request"))
	if len(events) == 0 && len(c.Problems) == 0 && c.ProfiledOneIn == 0 {
		p.uneventful(head, c)
		return
	}
	p.paragraph(0, 2, bold, head+", "+onWithCost(c.Cost))
	if c.ProfiledOneIn > 0 {
		p.paragraph(2, 2, plain, profileWords(c.ProfiledOneIn))
	}
	for _, e := range events {
		p.event(e)
	}
	if len(others) > 0 {
		p.paragraph(2, 2, faint, "also searching: "+listed(others))
	}
	p.problems(c.Problems)
}

// uneventful writes one line, with as much as there is room for.
func (p *page) uneventful(head string, c *pythia.Cycle) {
	searching := ""
	switch n := len(c.Searching); {
	case n == 1:
		searching = ", searching " + fullType(c.Searching[0].RequestType)
	case n > 1:
		searching = ", " + counted(n, "search", "searches")
	}
	line := head + ", " + onWithCost(c.Cost) + searching
	for _, shorter := range []string{head + ", " + onWords(c.Cost) + searching, head + searching} {
		if columns(line) > p.width {
			line = shorter
		}
	}
	p.line(0, plain, line)
}

func onWithCost(c pythia.Cost) string {
	if c.Points == 0 {
		return onWords(c)
	}
	return onWords(c) + ": " + costWords(c)
}

func profileWords(oneIn int) string {
	const what = " traced fully, to learn what lies where"
	if oneIn == 1 {
		return "every request is" + what
	}
	return "one in " + count(oneIn) + " requests is" + what
}

// event is what happened to the search for one request type.
type event struct {
	requestType       string
	concluded         []*pythia.Diagnosis
	searching         *pythia.Diagnosis
	enabled, disabled []pythia.Switched
}

// eventsOf returns what happened by request type, ended searches first, and the types for which a search merely goes on.
func eventsOf(c *pythia.Cycle) (events []*event, others []string) {
	of := func(requestType string) *event {
		i := slices.IndexFunc(events, func(e *event) bool { return e.requestType == requestType })
		if i < 0 {
			i, events = len(events), append(events, &event{requestType: requestType})
		}
		return events[i]
	}
	for _, d := range c.Concluded {
		e := of(d.RequestType)
		e.concluded = append(e.concluded, d)
	}
	for _, s := range c.Enabled {
		e := of(s.RequestType)
		e.enabled = append(e.enabled, s)
	}
	for _, s := range c.Disabled {
		e := of(s.RequestType)
		e.disabled = append(e.disabled, s)
	}
	for _, d := range c.Searching {
		if slices.ContainsFunc(events, func(e *event) bool { return e.requestType == d.RequestType }) {
			of(d.RequestType).searching = d
		} else {
			others = append(others, fullType(d.RequestType))
		}
	}
	return events, others
}

const eventIndent = 4

func (p *page) event(e *event) {
	p.line(2, cyan, fullType(e.requestType))
	for _, d := range e.concluded {
		p.paragraph(eventIndent, 2, bold, "ended: it "+standing(d))
		if d.Stop != pythia.StopGone && d.Stop != pythia.StopSpread { // of which the line before tells
			p.paragraph(eventIndent, 2, faint, "since "+stopWords(d.Stop))
		}
	}
	if e.searching != nil {
		p.paragraph(eventIndent, 2, plain, "searching: it "+standing(e.searching))
	}
	p.switched("enabled", e.enabled)
	p.switched("disabled", e.disabled)
}

// standing says what a search has come to: the places, and how much they carry.
func standing(d *pythia.Diagnosis) string {
	s := predicate(d)
	others := d.Findings[min(1, len(d.Findings)):]
	if d.Stop == pythia.StopSpread {
		others = d.Findings
	}
	for _, f := range others[:min(len(others), shownPlaces)] {
		s += "; " + portion(f, "") + "in " + placeName(f.Location, d.RequestType)
	}
	return s + andMore(max(0, len(others)-shownPlaces))
}

const shownPlaces = 3

// switched lists what was switched, by reason. A reason that several have is given once.
func (p *page) switched(verb string, all []pythia.Switched) {
	for _, g := range byReason(each(all, func(s pythia.Switched) string { return reasonWords(s.Why) })) {
		if len(g.members) == 1 {
			s := all[g.members[0].index]
			p.paragraph(eventIndent, 4, plain, verb+" "+targetWords(s.Point, s.Attributes)+withReason(g.head))
			continue
		}
		head := verb
		if g.head != "" {
			head += ", " + g.head
		}
		p.paragraph(eventIndent, 4, plain, head+":")
		for _, m := range g.members {
			s := all[m.index]
			p.paragraph(eventIndent+2, 4, plain, targetWords(s.Point, s.Attributes)+withReason(m.rest))
		}
	}
}

const (
	shownProblems  = 5
	problemColumns = 400
)

// problems lists what went wrong, the same only once.
func (p *page) problems(all []string) {
	var distinct []string
	times := make(map[string]int)
	for _, s := range all {
		if times[s]++; times[s] == 1 {
			distinct = append(distinct, s)
		}
	}
	for _, s := range distinct[:min(len(distinct), shownProblems)] {
		words := elide(clean(strings.ReplaceAll(s, "\n", "; ")), problemColumns)
		if n := times[s]; n > 1 {
			words += " (" + count(n) + " times)"
		}
		p.paragraph(2, 2, plain, "problem: "+words)
	}
	if more := len(distinct) - shownProblems; more > 0 {
		p.line(2, plain, "and "+counted(more, "more problem"))
	}
}

const shownTypes = 4

func listed(names []string) string {
	shown := names[:min(len(names), shownTypes)]
	return strings.Join(shown, ", ") + andMore(len(names)-len(shown))
}
