package main

import (
	"fmt"
	"strings"

	"github.com/pythia-trace/pythia/replay"
)

// Highlights are what the tables come to, in sentences that hold for whatever was measured.
func (d document) Highlights() []string {
	var lines []string
	for _, name := range []string{evidence, topDown, nothing} {
		if line := d.reach(name); line != "" {
			lines = append(lines, line)
		}
	}
	for _, r := range rivals() {
		if line := d.verdict(r); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// reach says what a strategy came to over all data sets.
func (d document) reach(name string) string {
	ever, n := d.over(name, func(e *entry) replay.Estimate { return e.mean(enabledShare) })
	still, _ := d.over(name, func(e *entry) replay.Estimate { return e.mean(stillOnShare) })
	right, _ := d.over(name, func(e *entry) replay.Estimate { return e.share(found) })
	if n == 0 {
		return ""
	}
	if name == nothing {
		return fmt.Sprintf("With nothing switched on, by the skeleton alone, it is first in %s %%.", right.text(percent))
	}
	return fmt.Sprintf("**%s** had %s %% of the contexts on at some time, depending on the data set, and %s %% when the search had ended. "+
		"What it ended with had the true place first in %s %% of the searches.", name, ever.text(percent), still.text(percent), right.text(percent))
}

// verdict compares evidence with another strategy over all data sets.
func (d document) verdict(rival string) string {
	contexts, places := d.tallyOf(rival, enabled), d.tallyOf(rival, found)
	if contexts.sets == 0 {
		return ""
	}
	return fmt.Sprintf("**%s** beside **%s**. Contexts ever on: %s. The place found first: %s.", evidence, rival,
		contexts.phrase("fewer", "more"), places.phrase("less often", "more often"))
}

// tally counts in how many data sets there was less and more of something, and in how many of these the interval excludes zero.
type tally struct{ sets, less, surelyLess, more, surelyMore int }

func (d document) tallyOf(rival string, of quantity) (n tally) {
	for _, s := range d.sets {
		a, b := s.entry(evidence), s.entry(rival)
		if a == nil || b == nil {
			continue
		}
		e := difference(a, b, of)
		n.sets++
		n.less += btoi(e.Mean < 0)
		n.more += btoi(e.Mean > 0)
		n.surelyLess += btoi(e.High < 0)
		n.surelyMore += btoi(e.Low > 0)
	}
	return n
}

// phrase says it in words: "fewer in 4 of 6 data sets, beyond chance in 3; the same in 2".
func (n tally) phrase(less, more string) string {
	var parts []string
	say := func(what string, in, surely int) {
		if in > 0 {
			parts = append(parts, fmt.Sprintf("%s in %s, beyond chance in %d", what, n.outOf(in), surely))
		}
	}
	say(less, n.less, n.surelyLess)
	say(more, n.more, n.surelyMore)
	if same := n.sets - n.less - n.more; same > 0 {
		parts = append(parts, "the same in "+n.outOf(same))
	}
	return strings.Join(parts, "; ")
}

// outOf says how many of the data sets these are.
func (n tally) outOf(sets int) string {
	switch {
	case n.sets == 1:
		return "the one data set"
	case sets == n.sets:
		return "all " + plural(n.sets, "data set")
	}
	return fmt.Sprintf("%d of %d", sets, n.sets)
}

// Comparisons is how many intervals the summary has, and Accidents how many of them would exclude zero by accident.
func (d document) Comparisons() (n int) {
	for _, r := range rivals() {
		n += 2 * d.tallyOf(r, found).sets
	}
	return n
}

// Accidents is a twentieth of the comparisons.
func (d document) Accidents() string { return count(float64(d.Comparisons()) / 20) }

// Skeleton says how often the place that the full traces point to lies in the service at fault.
func (d document) Skeleton() (lines []string) {
	for _, s := range d.sets {
		if !s.injected() {
			continue
		}
		same := 0
		for i := range s.cases {
			same += btoi(s.cases[i].truthNames())
		}
		lines = append(lines, fmt.Sprintf("%d of %s in %s", same, plural(len(s.cases), "case"), s.title))
	}
	return lines
}

// Unaided says how often the service at fault is named with nothing switched on.
func (d document) Unaided() string {
	first, top := d.services(nothing)
	if first == "–" {
		return ""
	}
	return fmt.Sprintf("With nothing switched on it is named first in %s of the searches, and among the first %d in %s.", first, among, top)
}
