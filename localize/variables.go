package localize

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// What is kept of a workflow's attributes: enough to explain it, bounded against hostile ones.
const (
	maxVariables   = 400 // per workflow
	maxValueLength = 80  // longer strings are not categories
)

// variableSample is one attribute of a workflow.
type variableSample struct {
	name   string
	number float64
	text   string // empty for a number
}

// variablesOf collects the candidate variables of a workflow, in order of name. An attribute is named after the trace point that carries it,
// an attribute of a process after the service. Where several spans of a point carry it, the longest one's counts: it says most about the time,
// and an average of names says nothing.
func variablesOf(t *pythia.Trace) []variableSample {
	c := variableCollector{index: make(map[variableName]int)}
	processes := make(map[*pythia.Process]bool)
	for i := range t.Spans {
		s := &t.Spans[i]
		for _, a := range s.Attrs {
			c.add(variableName{s.Point.Scope, s.Point.Name, a.Key}, a.Value, s.DurationNanos())
		}
		if s.Process != nil && !processes[s.Process] {
			processes[s.Process] = true
			c.addProcess(s.Process)
		}
	}
	slices.SortFunc(c.samples, func(a, b variableSample) int { return strings.Compare(a.name, b.name) })
	return c.samples
}

type variableName struct{ scope, point, key string }

func (n variableName) String() string {
	if n.point == "" {
		return n.scope + ": " + n.key
	}
	return n.scope + " " + n.point + ": " + n.key
}

type variableCollector struct {
	index   map[variableName]int
	samples []variableSample
	nanos   []int64 // how long the span lasted that each sample is from
}

func (c *variableCollector) addProcess(p *pythia.Process) {
	if p.Instance != "" {
		c.add(variableName{p.Service, "", "instance"}, pythia.StringValue(p.Instance), 0)
	}
	if p.Host != "" {
		c.add(variableName{p.Service, "", "host"}, pythia.StringValue(p.Host), 0)
	}
	for _, a := range p.Attrs {
		c.add(variableName{p.Service, "", a.Key}, a.Value, 0)
	}
}

func (c *variableCollector) add(name variableName, v pythia.Value, nanos int64) {
	number, isNumber := v.Number()
	text := ""
	if !isNumber {
		if text = v.String(); text == "" || len(text) > maxValueLength {
			return
		}
	}
	i, seen := c.index[name]
	switch {
	case seen && nanos > c.nanos[i]:
		c.samples[i].number, c.samples[i].text, c.nanos[i] = number, text, nanos
	case !seen && len(c.samples) < maxVariables:
		c.index[name] = len(c.samples)
		c.samples, c.nanos = append(c.samples, variableSample{name.String(), number, text}), append(c.nanos, nanos)
	}
}

// countsOf counts the spans of each point: iterations, retries, queries. Of more than maxVariables points it keeps those with most spans.
func countsOf(t *pythia.Trace) map[string]int {
	counts := make(map[pythia.TracePointID]int)
	for i := range t.Spans {
		counts[t.Spans[i].Point]++
	}
	points := slices.SortedFunc(maps.Keys(counts), func(p, q pythia.TracePointID) int {
		return cmp.Or(cmp.Compare(counts[q], counts[p]), p.Compare(q))
	})
	kept := make(map[string]int)
	for _, p := range points[:min(len(points), maxVariables)] {
		kept[p.String()] = counts[p]
	}
	return kept
}
