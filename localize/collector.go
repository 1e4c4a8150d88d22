package localize

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// collector collects what is kept of a workflow beside its path, and is used for one after the other. An attribute is named after the trace point that
// carries it, an attribute of a process after the service. Where several spans of a point carry it, the longest one's counts: it says most
// about the time, and an average of names says nothing.
type collector struct {
	words     *dictionary
	vars      []variableSample
	nanos     []int64 // how long the span lasted that each of vars is from
	counts    []wordCount
	varOf     positions // in vars
	countOf   positions // in counts
	processes map[*pythia.Process]struct{}
}

// positions says, of each number, where something is in a list: 1 + its index, or 0 if it is not there.
type positions []int32

func (p *positions) of(number int32) *int32 {
	if more := int(number) + 1 - len(*p); more > 0 {
		*p = append(*p, make([]int32, more)...)
	}
	return &(*p)[number]
}

// collect reads a workflow's spans, and numbers what it finds by the words. It is to be reset before the next.
func (c *collector) collect(words *dictionary, t *pythia.Trace) {
	c.words = words
	if c.processes == nil {
		c.processes = make(map[*pythia.Process]struct{})
	}
	var process *pythia.Process
	var point int32
	for i := range t.Spans {
		s := &t.Spans[i]
		point = words.pointAfter(point, s.Point)
		c.count(words.nameOf(point))
		last := int32(0)
		for a := range s.Attrs.All() {
			last = words.variable(point, last, a.Key)
			c.add(last, a.Value, s.DurationNanos())
		}
		if s.Process != nil && s.Process != process {
			process = s.Process
			c.addProcess(process)
		}
	}
	c.boundCounts()
}

// reset empties the collector, and lets go of the workflow: its texts may be pieces of large messages.
func (c *collector) reset() {
	for _, v := range c.vars {
		c.varOf[v.word] = 0
	}
	for _, n := range c.counts {
		c.countOf[n.word] = 0
	}
	clear(c.vars)
	clear(c.processes)
	c.words = nil
	c.vars, c.nanos, c.counts = c.vars[:0], c.nanos[:0], c.counts[:0]
}

func (c *collector) addProcess(p *pythia.Process) {
	if _, seen := c.processes[p]; seen {
		return
	}
	c.processes[p] = struct{}{}
	point, last := c.words.point(pythia.TracePointID{Scope: p.Service}), int32(0)
	add := func(key string, v pythia.Value) {
		last = c.words.variable(point, last, key)
		c.add(last, v, 0)
	}
	if p.Instance != "" {
		add("instance", pythia.StringValue(p.Instance))
	}
	if p.Host != "" {
		add("host", pythia.StringValue(p.Host))
	}
	for _, a := range p.Attrs {
		add(a.Key, a.Value)
	}
}

func (c *collector) add(word int32, v pythia.Value, nanos int64) {
	at := c.varOf.of(word)
	seen := *at > 0
	if seen && nanos <= c.nanos[*at-1] || !seen && len(c.vars) >= maxVariables {
		return
	}
	number, isNumber := v.Number()
	text := ""
	if !isNumber {
		if text = v.String(); text == "" || len(text) > maxValueLength {
			return
		}
	}
	if !seen {
		c.vars, c.nanos = append(c.vars, variableSample{}), append(c.nanos, 0)
		*at = int32(len(c.vars))
	}
	c.vars[*at-1], c.nanos[*at-1] = variableSample{word, number, text}, nanos
}

// count counts a span: iterations, retries, queries.
func (c *collector) count(word int32) {
	at := c.countOf.of(word)
	if *at == 0 {
		c.counts = append(c.counts, wordCount{word, 0})
		*at = int32(len(c.counts))
	}
	c.counts[*at-1].count++
}

// boundCounts keeps, of more than maxVariables points, those with most spans.
func (c *collector) boundCounts() {
	if len(c.counts) <= maxVariables {
		return
	}
	slices.SortFunc(c.counts, func(x, y wordCount) int {
		return cmp.Or(cmp.Compare(y.count, x.count), strings.Compare(c.words.text(x.word), c.words.text(y.word)))
	})
	for _, n := range c.counts[maxVariables:] {
		c.countOf[n.word] = 0
	}
	c.counts = c.counts[:maxVariables]
}
