package render

import (
	"strings"

	"github.com/pythia-trace/pythia"
)

// placeWords is a location in words: what it is, and what delimits it.
type placeWords struct {
	what    string // "nothing is instrumented in nova-compute"
	details []detail
	meaning string // what kind of time this is, for who has not read the manual
}

type detail struct{ label, text string }

func wordsOfPlace(l pythia.Location) placeWords {
	switch {
	case l.Kind == pythia.LocationGap:
		return gapWords(l)
	case l.Kind == pythia.LocationCall:
		return callWords(l)
	}
	w := placeWords{what: serviceName(l.Point.Scope) + ", " + quoted(l.Point.Name), meaning: "time of its own, its calls and children aside"}
	if len(l.Callees) > 0 {
		w.details = append(w.details, detail{"calling", strings.Join(each(l.Callees, func(s string) string { return serviceOr(s, "others") }), ", ")})
		w.meaning = "time lost alike in calls to all of them, so the caller's own: its processor, its network"
	}
	w.addCaller(l)
	return w
}

func callWords(l pythia.Location) placeWords {
	callee := l.Callee
	if callee == "" {
		callee = "an unknown service"
	}
	return placeWords{
		what:    "the call from " + serviceName(l.Point.Scope) + " to " + clean(callee) + ", " + quoted(l.Point.Name),
		meaning: "time between caller and callee: the network, queues, waiting to be served",
	}
}

func gapWords(l pythia.Location) placeWords {
	w := placeWords{
		what:    "nothing is instrumented in " + serviceName(l.Point.Scope),
		details: []detail{{"from", eventWords(l.From, l.Point.Scope)}, {"to", eventWords(l.To, l.Point.Scope)}},
	}
	if l.Point != l.From.Point && l.Point != l.To.Point && l.Point.Name != "" {
		w.details = append(w.details, detail{"inside", quoted(l.Point.Name)})
	}
	return w
}

// addCaller names the span around a span.
func (w *placeWords) addCaller(l pythia.Location) {
	n := len(l.Stack)
	if n < 2 || l.Stack[n-1] != l.Point {
		return
	}
	w.details = append(w.details, detail{"inside", pointWords(l.Stack[n-2], l.Point.Scope)})
}

// sentence joins the words to one sentence fragment.
func (w placeWords) sentence() string {
	var b strings.Builder
	b.WriteString(w.what)
	for _, d := range w.details {
		b.WriteString(" " + d.label + " " + d.text)
	}
	return b.String()
}

func serviceName(scope string) string {
	if scope == "" {
		return "the client"
	}
	return clean(scope)
}

// eventWords names an event; the service is left out where it is the one already spoken of.
func eventWords(e pythia.Event, service string) string {
	word := "the start of "
	if e.End {
		word = "the end of "
	}
	if e.Point == (pythia.TracePointID{}) {
		return word + "the workflow"
	}
	return word + pointWords(e.Point, service)
}

func pointWords(p pythia.TracePointID, service string) string {
	s := quoted(p.Name)
	if p.Scope != service {
		s = clean(p.Scope) + " " + s
	}
	if p.Layer != pythia.LayerApp {
		s = p.Layer.String() + ": " + s
	}
	return s
}

func quoted(name string) string { return `"` + clean(name) + `"` }
