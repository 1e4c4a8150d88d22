package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

const (
	shownExplanations = 3
	shownAliases      = 3
)

// explanationWords is an explanation in words.
type explanationWords struct {
	name   string // the attribute's key
	at     string // the trace point that carries it, empty for a count
	also   string // near-duplicates: "also in_use, limit and 2 more"
	how    string // "correlation 0.83, p = 0.001"
	ranges []string
}

func wordsOfExplanation(e pythia.Explanation) explanationWords {
	w := explanationWords{how: correlation(e.Strength) + ", " + pValue(e.P), also: aliasWords(e)}
	w.name, w.at = variableName(e.Variable)
	for i, r := range e.Ranges {
		w.ranges = append(w.ranges, rangeWords(r, i == len(e.Ranges)-1))
	}
	return w
}

func correlation(r float64) string {
	if !finite(r) {
		return "correlation unknown"
	}
	return fmt.Sprintf("correlation %.2f", r)
}

// variableName splits a variable into the attribute's key and the trace point that carries it. The count of a trace point is one name, though that of
// a point in the kernel has a colon.
func variableName(variable string) (name, at string) {
	if strings.HasPrefix(variable, "count of ") {
		return clean(variable), ""
	}
	if i := strings.LastIndex(variable, ": "); i >= 0 {
		return clean(variable[i+2:]), clean(variable[:i])
	}
	return clean(variable), ""
}

// aliasWords lists the near-duplicates by key; the same key at another trace point goes without saying.
func aliasWords(e pythia.Explanation) string {
	own, _ := variableName(e.Variable)
	names := []string{own}
	for _, a := range e.Aliases {
		if name, _ := variableName(a); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if names = names[1:]; len(names) == 0 {
		return ""
	}
	shown := names[:min(len(names), shownAliases)]
	return "also " + strings.Join(shown, ", ") + andMore(len(names)-len(shown))
}

// rangeWords says how long requests took in a range: "1–2 → 14.6 s". The last range of a number is open, since a greater value would
// belong to it.
func rangeWords(r pythia.ValueRange, last bool) string {
	var values string
	switch low, high := value(r.Low), value(r.High); {
	case r.Category != "":
		values = clean(r.Category)
	case low == high:
		values = low
	case last:
		values = "≥ " + low
	case r.Low < 0:
		values = low + " to " + high
	default:
		values = low + "–" + high
	}
	return unbroken(values + " → " + seconds(r.Seconds))
}

// unbroken keeps words together when lines are wrapped.
func unbroken(s string) string { return strings.ReplaceAll(s, " ", noBreak) }

// broken makes the spaces plain that kept words together.
func broken(s string) string { return strings.ReplaceAll(s, noBreak, " ") }

// asides are what stands below the name and the ranges.
func (w explanationWords) asides() []string {
	var out []string
	if w.at != "" {
		out = append(out, "at "+w.at)
	}
	if w.also != "" {
		out = append(out, w.also)
	}
	return append(out, w.how)
}
