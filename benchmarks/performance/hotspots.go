package main

import (
	"bytes"
	"cmp"
	"fmt"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
)

// stage is a part of the pipeline, known by the functions that do it and all that they call, but for what is another stage.
type stage struct {
	name      string
	functions []string // what their names contain
}

// elsewhere is the stage of all else.
const elsewhere = "all else: the garbage collector, the runtime"

func stages() []stage {
	return []stage{
		{"reading", []string{"tracefile.(*reader)."}},
		{"splitting messages by trace", []string{"otlp.(*Decoder).Split"}},
		{"holding the pieces until their trace is closed", []string{"tracefile.(*assembler)."}},
		{"putting the bytes of a trace together", []string{"tracefile.(*worker).decodeParts", "tracefile.(*openTrace).close"}},
		{"decoding", []string{"otlp.(*Decoder).DecodeParts"}},
		{"building the trace", []string{"pythia.(*TraceBuilder).Build"}},
		{"the critical path", []string{"pythia.(*Trace).CriticalPath"}},
		{"sampling workflows", []string{"localize.(*observer).exemplar"}},
		{"grouping, adding to groups and edges", []string{"pythia.(*Engine).Observe"}},
	}
}

// hotspots is where the time of something goes.
type hotspots struct {
	spent   map[string]float64 // nanoseconds by stage
	samples int
}

// profiled does something a number of times under the CPU profiler.
func profiled(times int, do func() error) (*hotspots, error) {
	var b bytes.Buffer
	if err := pprof.StartCPUProfile(&b); err != nil {
		return nil, fmt.Errorf("profiling: %w", err)
	}
	var err error
	for i := 0; i < times && err == nil; i++ {
		err = do()
	}
	pprof.StopCPUProfile()
	if err != nil {
		return nil, err
	}
	p, err := profile.Parse(&b)
	if err != nil {
		return nil, fmt.Errorf("reading the profile: %w", err)
	}
	h := &hotspots{spent: make(map[string]float64)}
	for _, s := range p.Sample {
		h.samples += int(s.Value[0])
		h.spent[stageOf(s)] += float64(s.Value[1])
	}
	return h, nil
}

// stageOf returns the stage that a sample was taken in: that of the innermost function which is one's.
func stageOf(s *profile.Sample) string {
	for _, l := range s.Location {
		for _, line := range l.Line {
			for _, stage := range stages() {
				if slices.ContainsFunc(stage.functions, func(f string) bool { return strings.Contains(line.Function.Name, f) }) {
					return stage.name
				}
			}
		}
	}
	return elsewhere
}

// table says how the time of a span is spent, the most first.
func (h *hotspots) table(nanosPerSpan float64) string {
	total := 0.0
	names := make([]string, 0, len(h.spent))
	for name, spent := range h.spent {
		total += spent
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(h.spent[b], h.spent[a]), cmp.Compare(a, b)) })
	t := markdown.Table{Heads: []string{"where the time goes", "share", "a span"}, Left: 1}
	for _, name := range names {
		share := h.spent[name] / total
		t.Add(name, fmt.Sprintf("%.0f %%", 100*share), duration(share*nanosPerSpan/1e9))
	}
	return t.String()
}
