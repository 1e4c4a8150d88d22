package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia/replay"
)

// Highlights are what the tables come to, in sentences that hold for whatever was measured.
func (d document) Highlights() []string {
	lines := []string{d.reach(evidence), d.reach(topDown), d.effortless(), d.beforehand()}
	for _, r := range rivals() {
		lines = append(lines, d.verdict(r))
	}
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// reach says what a strategy came to over all data sets.
func (d document) reach(name string) string {
	ever, n := d.over(name, func(e *entry) replay.Estimate { return e.mean(enabledShare) })
	still, _ := d.over(name, func(e *entry) replay.Estimate { return e.mean(stillOnShare) })
	right, _ := d.over(name, func(e *entry) replay.Estimate { return e.share(found) })
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("**%s** had %s %% of the contexts on at some time, depending on the data set, and %s %% when the search had ended. "+
		"What it ended with had the true place first in %s %% of the searches.", name, ever.text(percent), still.text(percent), right.text(percent))
}

// effortless says where there is nothing to be found that the skeleton does not tell.
func (d document) effortless() string {
	always, sometimes, never := d.foundBy(nothing)
	return finds("With **nothing** switched on, by the skeleton alone, the place is first", always, sometimes, never,
		": such a data set shows only what a strategy wastes, and not whether it finds anything")
}

// beforehand says where a search finds what the profile told before.
func (d document) beforehand() string {
	always, sometimes, never := d.foundBy(profileAlone)
	return finds("In **"+profileAlone+"**, without a search, the place is first", always, sometimes, never,
		": there it is the profile that finds it, and a search only confirms that")
}

// foundBy sorts the data sets by how often the place was found there.
func (d document) foundBy(name string) (always, sometimes, never []string) {
	for _, s := range d.sets {
		e := s.entry(name)
		if e == nil {
			continue
		}
		switch often := e.share(found).Mean; often {
		case 0:
			never = append(never, s.title)
		case 1:
			always = append(always, s.title)
		default:
			sometimes = append(sometimes, fmt.Sprintf("%s (%s %%)", s.title, percent(often)))
		}
	}
	return always, sometimes, never
}

// finds says in which data sets something is always, sometimes and never so, and what follows if it is always so.
func finds(what string, always, sometimes, never []string, follows string) string {
	var parts []string
	for _, p := range []struct {
		when    string
		in      []string
		follows string
	}{{"always", always, follows}, {"sometimes", sometimes, ""}, {"never", never, ""}} {
		if len(p.in) > 0 {
			parts = append(parts, p.when+" in "+strings.Join(p.in, "; ")+p.follows)
		}
	}
	if parts == nil {
		return ""
	}
	return what + " " + strings.Join(parts, ". It is ") + "."
}

// verdict compares evidence with another strategy over all data sets.
func (d document) verdict(rival string) string {
	contexts, places := d.tallyOf(rival, enabled, math.Inf(1)), d.tallyOf(rival, found, 1)
	if contexts.sets == 0 {
		return ""
	}
	return fmt.Sprintf("**%s** beside **%s**. Contexts ever on: %s. The place found first: %s.", evidence, rival,
		contexts.phrase("fewer", "more"), places.phrase("less often", "more often"))
}

// tally counts in how many data sets there was less and more of something, and in how many of these that is beyond chance.
type tally struct{ sets, less, surelyLess, more, surelyMore int }

func (d document) tallyOf(rival string, of quantity, most float64) (n tally) {
	for _, s := range d.sets {
		a, b := s.entry(evidence), s.entry(rival)
		if a == nil || b == nil {
			continue
		}
		e := difference(a, b, of, most)
		n.sets++
		n.less += btoi(e.Mean < 0)
		n.more += btoi(e.Mean > 0)
		n.surelyLess += btoi(e.sign() < 0)
		n.surelyMore += btoi(e.sign() > 0)
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

// Comparisons is how many differences there are beside other strategies, and VariantComparisons in the sections on settings.
func (d document) Comparisons() (n int) {
	for _, r := range rivals() {
		n += 2 * d.tallyOf(r, found, 1).sets
	}
	return n
}

func (d document) VariantComparisons() (n int) {
	for i := range d.sections {
		n += d.sections[i].comparisons()
	}
	return n
}

// Accidents is a twentieth of all of them.
func (d document) Accidents() string {
	return count(float64(d.Comparisons()+d.VariantComparisons()) / 20)
}

// Learnt says what the search space of each data set was learnt from.
func (d document) Learnt() (lines []string) {
	for _, s := range d.sets {
		if len(s.cases) > 0 {
			lines = append(lines, fmt.Sprintf("**%s**: %s.", s.title, s.learnt))
		}
	}
	return lines
}

// profileCost says what the profiles took.
func (m *measuredSet) profileCost() string {
	if m.costs == nil {
		return ""
	}
	of := func(what func(cost) int) string { return extent(m.costs, what) }
	return fmt.Sprintf("Before all of these, a profile: %s requests traced fully, with %s spans, %s contexts on in them, %s of these of the type searched.",
		of(func(c cost) int { return c.requests }), of(func(c cost) int { return c.spans }),
		of(func(c cost) int { return c.contexts }), of(func(c cost) int { return c.ownContexts }))
}

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
