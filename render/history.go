package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pythia-trace/pythia"
)

// stepWords is what was switched on at one time and for reasons that begin alike.
type stepWords struct {
	after  string // the beginning of the search: "10 s"
	why    string
	points []hypothesisWords
}

// hypothesisWords is a hypothesis in words.
type hypothesisWords struct {
	what    string // what was switched on
	why     string // the rest of the reason
	share   string // "100 % → 93 %"; for attributes, the correlation
	outcome string // "helped (312 requests)"
	off     string // "off after 50 s: it led on"
}

var outcomes = map[pythia.Outcome]string{
	pythia.OutcomeOpen:    "not judged yet",
	pythia.OutcomeHelped:  "helped",
	pythia.OutcomeNoHelp:  "did not help",
	pythia.OutcomeTooFew:  "too few requests",
	pythia.OutcomeDropped: "dropped, being too costly",
	pythia.OutcomeFailed:  "could not be switched on",
	pythia.OutcomeGone:    "not needed any more",
}

// historyOf tells the hypotheses of a diagnosis in order.
func historyOf(d *pythia.Diagnosis) []stepWords {
	var out []stepWords
	for rest := d.Hypotheses; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Enabled.Equal(rest[0].Enabled) {
			n++
		}
		for _, g := range byReason(each(rest[:n], func(h pythia.Hypothesis) string { return reasonWords(h.Why) })) {
			s := stepWords{after: elapsed(d.Started, rest[0].Enabled), why: g.head}
			for _, m := range g.members {
				w := wordsOfHypothesis(&rest[m.index], d.Started)
				w.why = m.rest
				s.points = append(s.points, w)
			}
			out = append(out, s)
		}
		rest = rest[n:]
	}
	return out
}

func wordsOfHypothesis(h *pythia.Hypothesis, started time.Time) hypothesisWords {
	w := hypothesisWords{what: targetWords(h.Point, h.Attributes), outcome: outcomes[h.Outcome], off: "still on"}
	if w.outcome == "" {
		w.outcome = clean(string(h.Outcome))
	}
	if judged(h) {
		w.outcome += " (" + counted(h.Requests, "request") + ")"
	}
	w.share = shareWords(h)
	if !h.On() {
		w.off = "off"
		if after := elapsed(started, h.Disabled); after != "" {
			w.off += " " + when(after)
		}
		if h.WhyDisabled != "" {
			w.off += ": " + reasonWords(h.WhyDisabled)
		}
	}
	return w
}

// when says after what time something happened.
func when(after string) string {
	if after == seconds(0) {
		return "at once"
	}
	return "after " + after
}

// judged reports whether what a hypothesis showed was measured.
func judged(h *pythia.Hypothesis) bool {
	return h.Outcome == pythia.OutcomeHelped || h.Outcome == pythia.OutcomeNoHelp
}

func shareWords(h *pythia.Hypothesis) string {
	switch {
	case len(h.Attributes) == 0 && judged(h):
		return percent(h.Before) + " → " + percent(h.After)
	case len(h.Attributes) == 0:
		return percent(h.Before) + " before"
	case judged(h):
		return correlation(h.After)
	}
	return ""
}

const shownAttributes = 6

// targetWords names a trace point, or attributes of it. No line is broken within the point's name.
func targetWords(p pythia.TracePointID, attributes []string) string {
	point := unbroken(clean(p.String()))
	if len(attributes) == 0 {
		return point
	}
	shown := each(attributes[:min(len(attributes), shownAttributes)], clean)
	word := "the attributes "
	if len(attributes) == 1 {
		word = "the attribute "
	}
	return word + strings.Join(shown, ", ") + andMore(len(attributes)-len(shown)) + " of " + point
}

// pointsWords says how many trace points were on, and how many of them at a time. Those of which only attributes were switched are on anyway.
func pointsWords(all []pythia.Hypothesis) string {
	total, most := pointsOn(all)
	switch total {
	case 0:
		return ""
	case 1:
		return "1 trace point was on"
	}
	return fmt.Sprintf("%s trace points were on, at most %s at a time", count(total), count(most))
}

// pointsOn counts the trace points that were on, and the most at a time.
func pointsOn(all []pythia.Hypothesis) (total, atOnce int) {
	own := make(map[pythia.TracePointID]bool)
	var on []pythia.Hypothesis
	for i := range all {
		h := &all[i]
		if h.Outcome == pythia.OutcomeFailed {
			continue
		}
		own[h.Point] = own[h.Point] || len(h.Attributes) == 0
		on = append(on, *h)
	}
	on = slices.DeleteFunc(on, func(h pythia.Hypothesis) bool { return !own[h.Point] })
	points := make(map[pythia.TracePointID]bool)
	for _, h := range on {
		points[h.Point] = true
		atOnce = max(atOnce, pointsOnAt(on, h.Enabled))
	}
	return len(points), atOnce
}

// pointsOnAt counts the points that are on at a time; one that goes off just then is not.
func pointsOnAt(all []pythia.Hypothesis, t time.Time) int {
	points := make(map[pythia.TracePointID]bool)
	for i := range all {
		if h := &all[i]; !h.Enabled.After(t) && (h.On() || h.Disabled.After(t)) {
			points[h.Point] = true
		}
	}
	return len(points)
}
