package render

import (
	"slices"
	"time"

	"github.com/pythia-trace/pythia"
)

// diagnosisWords is a diagnosis in words, the same for a terminal and for Markdown.
type diagnosisWords struct {
	headline string // as Line says it
	search   string // whose, when, and why it ended
	findings []findingWords
	history  []stepWords
	points   string // "9 trace points were on, at most 4 at a time"
}

// shownDiagnoses is how many are told in full.
const shownDiagnoses = 8

// stops says why a search ended.
var stops = map[pythia.StopReason]string{
	pythia.StopExplained:    "key-values go along with what varies, and nothing more that could be switched on lies inside",
	pythia.StopLeaf:         "nothing that could be switched on lies inside, or none of it carries enough, and no key-values explain it",
	pythia.StopUnaffordable: "what lies inside is beyond the budget",
	pythia.StopTooFew:       "the requests that were waited for did not come",
	pythia.StopSpread:       "it varies in many places, none of which carries enough",
	pythia.StopGone:         "the variation is gone",
	pythia.StopFailed:       "what it needs failed again and again",
	pythia.StopOvertaken:    "something new has made it worse, for which a new search begins",
}

func stopWords(s pythia.StopReason) string {
	if words, ok := stops[s]; ok {
		return words
	}
	return clean(string(s))
}

// byInterest orders diagnoses for people: results first, the latest at the top, then what is in progress, then what is gone.
func byInterest(all []*pythia.Diagnosis) []*pythia.Diagnosis {
	rank := func(d *pythia.Diagnosis) int {
		switch {
		case d.Stop == "":
			return 1
		case d.Stop == pythia.StopGone || d.Stop == pythia.StopOvertaken || len(d.Findings) == 0:
			return 2
		}
		return 0
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b *pythia.Diagnosis) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return b.Ended.Compare(a.Ended)
	})
	return sorted
}

// diagnose puts a report's diagnoses into words. more counts those that are left out.
func (t *teller) diagnose(all []*pythia.Diagnosis) (told []diagnosisWords, more int) {
	shown := byInterest(all)
	shown = shown[:min(len(shown), shownDiagnoses)]
	return each(shown, t.diagnosis), len(all) - len(shown)
}

func (t *teller) diagnosis(d *pythia.Diagnosis) diagnosisWords {
	return diagnosisWords{
		headline: lineWords(d), search: searchWords(d), findings: each(d.Findings, t.diagnosed), history: historyOf(d), points: pointsWords(d.Hypotheses),
	}
}

// diagnosed tells a finding of a diagnosis, which has no Sample to draw.
func (t *teller) diagnosed(f *pythia.Finding) findingWords {
	w := t.tell(f)
	if modes := modesOf(f.Group); f.Reason == pythia.ReasonMultimodal && modes != "" {
		w.facts = append(w.facts, "modes: "+modes)
	}
	if f.Explanations != nil && len(f.Explanations) == 0 && f.Reason != pythia.ReasonConsistentlySlow { // asked for, and there were none
		w.unexplained = unexplained
	}
	return w
}

// searchWords says what was searched and when, and why that ended.
func searchWords(d *pythia.Diagnosis) string {
	s := fullType(d.RequestType) + ": searched"
	if d.Stop == "" {
		return s + since(d.Started)
	}
	return s + period(d.Started, d.Ended) + "; ended since " + stopWords(d.Stop)
}

const (
	clockTime = "15:04:05"
	dayTime   = "2006-01-02 " + clockTime
)

// moment writes a time in the zone that it has.
func moment(t time.Time) string { return clean(t.Format(dayTime + " MST")) }

func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " since " + moment(t)
}

// period writes from when to when, the day once.
func period(from, to time.Time) string {
	switch {
	case from.IsZero() || to.Before(from):
		return ""
	case from.Format(time.DateOnly) == to.Format(time.DateOnly):
		return " from " + from.Format(dayTime) + " to " + clean(to.Format(clockTime+" MST"))
	}
	return " from " + moment(from) + " to " + moment(to)
}

// elapsed writes the time between two moments, to the second where that matters; empty if it is not known.
func elapsed(from, to time.Time) string {
	d := to.Sub(from)
	switch {
	case from.IsZero() || to.IsZero() || d < 0:
		return ""
	case d >= 10*time.Second && d < 2*time.Minute:
		return count(int(d.Round(time.Second).Seconds())) + noBreak + "s"
	}
	return seconds(d.Seconds())
}
