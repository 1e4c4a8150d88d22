package render

import (
	"fmt"
	"math"

	"github.com/pythia-trace/pythia"
)

// findingWords is a finding in words, the same for a terminal and for Markdown.
type findingWords struct {
	rank         int
	reason       string
	group        string
	place        placeWords
	facts        []string // sentences
	chartOf      string   // what the chart shows
	chart        chart
	modes        string // marked in the chart: "9.1 s (49 %), 14.5 s (42 %)"
	explanations []explanationWords
	unexplained  string // set if there is no explanation
	more         int    // explanations not shown
}

const unexplained = "No recorded attribute goes along with it."

var reasons = map[pythia.Reason]string{
	pythia.ReasonHighVariance:     "high variance",
	pythia.ReasonMultimodal:       "multimodal",
	pythia.ReasonConsistentlySlow: "consistently slow",
	pythia.ReasonChanged:          "changed",
}

// teller puts findings into words, in order. It says nothing twice: what a kind of place means is told with the first, and the
// second finding of a group shows the time at its place instead of the durations again. So does a change, which is one of the place.
type teller struct {
	names names
	drawn map[pythia.GroupKey]bool
	said  map[string]bool
}

func newTeller(r *pythia.Report) *teller {
	return &teller{namesOf(r.Groups), make(map[pythia.GroupKey]bool), make(map[string]bool)}
}

func (t *teller) tell(f *pythia.Finding) findingWords {
	w := findingWords{rank: f.Rank, reason: reasons[f.Reason], group: t.name(f.Group), place: wordsOfPlace(f.Location), facts: t.factsOf(f)}
	if w.reason == "" {
		w.reason = clean(string(f.Reason))
	}
	w.place.meaning = t.once(w.place.meaning)
	if f.Sample != nil && len(f.Sample.TotalSeconds) > 0 {
		t.draw(&w, f)
	}
	for _, e := range f.Explanations[:min(len(f.Explanations), shownExplanations)] {
		w.explanations = append(w.explanations, wordsOfExplanation(e))
	}
	w.more = len(f.Explanations) - len(w.explanations)
	if len(f.Explanations) == 0 && f.Sample != nil && f.Reason != pythia.ReasonConsistentlySlow {
		w.unexplained = unexplained
	}
	return w
}

func (t *teller) name(g *pythia.Group) string {
	if n, ok := t.names[g.Key]; ok {
		return n.String()
	}
	return clean(g.RequestType)
}

func (t *teller) draw(w *findingWords, f *pythia.Finding) {
	if (f.Change != nil || t.drawn[f.Group.Key]) && len(f.Sample.PlaceSeconds) > 0 {
		w.chartOf, w.chart = "requests by time at this place", chartOf(f.Sample.PlaceSeconds, nil)
		return
	}
	t.drawn[f.Group.Key] = true
	w.chartOf, w.chart = "requests by duration", chartOf(f.Sample.TotalSeconds, f.Group.Modes)
	w.modes = modesOf(f.Group)
}

// factsOf says what the finding claims, and how surely.
func (t *teller) factsOf(f *pythia.Finding) []string {
	switch {
	case f.Change != nil:
		return append(t.changeFacts(f), t.surely(f))
	case f.Reason == pythia.ReasonConsistentlySlow:
		return append(slowFacts(f), t.surely(f))
	}
	fact := "carries " + percent(f.VarianceShare)
	if i := f.ShareInterval; i.Level > 0 {
		fact += " (" + percentInterval(i.Low, i.High) + t.confidence(i.Level) + ")"
	}
	facts := []string{fact + " of the variance of " + clean(f.Group.RequestType)}
	if math.Abs(f.CountShare) >= 0.05 {
		facts = append(facts, percent(f.CountShare)+" of the variance comes from its being passed more often, not from its taking longer")
	}
	return append(facts, t.surely(f))
}

func (t *teller) changeFacts(f *pythia.Finding) []string {
	c := f.Change
	fact := fmt.Sprintf("takes %s, before it took %s", seconds(c.AfterSeconds), seconds(c.BeforeSeconds))
	if i := c.Delta; i.Level > 0 {
		fact += fmt.Sprintf(": a difference of %s%s", together(" to ", i.Low, i.High), t.confidence(i.Level))
	}
	return []string{fact, fmt.Sprintf("%s now, %s before", counted(c.AfterTraces, "request"), count(c.BeforeTraces))}
}

func slowFacts(f *pythia.Finding) []string {
	requestType := clean(f.Group.RequestType)
	if share, known := shareOf(f); known && finite(f.Group.MeanSeconds) {
		mean := f.Group.MeanSeconds
		return []string{fmt.Sprintf("takes %s of the %s that %s lasts on average, hardly varying", seconds(share*mean), seconds(mean), requestType)}
	}
	return []string{"takes long in every request of " + requestType}
}

// confidence names the level of an interval.
func (t *teller) confidence(level float64) string {
	return t.once(" with " + percent(level) + " confidence")
}

// surely gives the p-value and how far the place reaches.
func (t *teller) surely(f *pythia.Finding) string {
	s := pValue(f.Significance.Adjusted)
	if f.Significance.Tested > 1 {
		s += t.once(", corrected for the " + count(f.Significance.Tested) + " places looked at")
	}
	if f.Groups > 1 {
		s += fmt.Sprintf("; it matters in %d groups", f.Groups)
	}
	return s
}

// once returns a remark the first time and nothing afterwards.
func (t *teller) once(remark string) string {
	if t.said[remark] {
		return ""
	}
	t.said[remark] = true
	return remark
}
