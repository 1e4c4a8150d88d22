package main

import (
	"fmt"
	"math"
	"time"

	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
	"github.com/pythia-trace/pythia/replay"
)

// setsTable says what was searched.
func (m *measurement) setsTable() string {
	t := markdown.Table{Heads: []string{"data set", "cases", "requests", "of the type searched", "its contexts", "always on", "its trace points"}, Left: 1}
	for _, s := range m.sets {
		if len(s.cases) == 0 {
			continue
		}
		all, own := "live", "live"
		if s.replayed() {
			all = extent(s.cases, func(k kase) int { return k.requests })
			own = extent(s.cases, func(k kase) int { return k.census.Requests })
		}
		counts := s.counts()
		t.Add(s.title, fmt.Sprint(len(s.cases)), all, own, extent(counts, func(n replay.Census) int { return n.Contexts }),
			extent(counts, func(n replay.Census) int { return n.AlwaysOnContexts }), extent(counts, func(n replay.Census) int { return n.Points }))
	}
	return t.String()
}

// counts are those of all searches.
func (m *measuredSet) counts() (all []replay.Census) {
	for _, e := range m.entries {
		for _, trials := range e.seeds {
			for i := range trials {
				all = append(all, trials[i].Census)
			}
		}
	}
	return all
}

// casesTable says what was to be found in recorded requests.
func (m *measurement) casesTable() string {
	t := markdown.Table{Heads: []string{"case", "request type", "the place to be found", "injected at", "the same service"}, Left: 5}
	for _, s := range m.sets {
		for i := range s.cases {
			k := &s.cases[i]
			switch {
			case s.injected():
				t.Add(k.name, "`"+k.truth.RequestType+"`", k.truth.String(), k.service, yes(k.truthNames()))
			case s.replayed():
				t.Add(s.title, "`"+k.truth.RequestType+"`", k.truth.String(), "–", "–")
			}
		}
	}
	return t.String()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// strategiesTable says what each strategy came to in a data set.
func (m *measuredSet) strategiesTable() string {
	t := markdown.Table{Left: 1, Heads: []string{"strategy", "found first", "named", "cycles", "requests", "contexts ever on", "of all", "points", "still on", "astray",
		"variance", "explained", "longest decision"}}
	if m.injected() {
		t.Heads = append(t.Heads, "service first", fmt.Sprintf("service in %d", among))
	}
	for i := range m.entries {
		e := &m.entries[i]
		cells := []string{
			e.name, figure(e.share(found), percent, " %"), figure(e.share(named1), percent, " %"), figure(e.mean(cycles), count, ""),
			bare(e.mean(requests), count, ""), figure(e.mean(enabled), count, ""), bare(e.mean(enabledShare), percent, " %"),
			bare(e.mean(points), count, ""), bare(e.mean(stillOnShare), percent, " %"), bare(e.mean(astray), count, ""),
			bare(e.mean(variance), percent, " %"), bare(e.mean(explained), correlation, ""), decided(e.longest()),
		}
		if m.injected() {
			cells = append(cells, figure(e.share(serviceFirst), percent, " %"), figure(e.share(serviceAmong), percent, " %"))
		}
		t.Add(cells...)
	}
	return t.String()
}

func decided(longest time.Duration) string {
	if longest == 0 {
		return "–"
	}
	return lasting(longest)
}

func correlation(v float64) string { return fmt.Sprintf("%.2f", v) }

// longest is the longest decision of all searches; 0 if there was none.
func (e *entry) longest() (longest time.Duration) {
	for _, trials := range e.seeds {
		for i := range trials {
			longest = max(longest, trials[i].Longest)
		}
	}
	return longest
}

// summaryTable compares evidence with its rivals, seed by seed, in something that is at most so much.
func (m *measurement) summaryTable(of quantity, most float64, number func(float64) string) string {
	t := markdown.Table{Heads: append([]string{"data set"}, rivals()...), Left: 1}
	for _, s := range m.sets {
		cells := []string{s.title}
		for _, r := range rivals() {
			cell := "–"
			if a, b := s.entry(evidence), s.entry(r); a != nil && b != nil {
				cell = signed(difference(a, b, of, most), number)
			}
			cells = append(cells, cell)
		}
		if s.entry(evidence) != nil {
			t.Add(cells...)
		}
	}
	return t.String()
}

// variations writes the table of a section. Contexts are compared with the default, pair by pair.
func (s *measuredSection) table(head string) string {
	t := markdown.Table{Left: 3, Heads: []string{"data set", "strategy", head, "found first", "named", "cycles", "contexts ever on", "of all", "against the default"}}
	if s.grouped {
		t.Heads = append(t.Heads, "groups", "large enough")
	}
	for _, name := range s.strategies {
		for i := range s.variations {
			v := &s.variations[i]
			e := entryOf(v.entries, name)
			if e == nil {
				continue
			}
			cells := []string{
				v.title, e.name, v.label, figure(e.share(found), percent, " %"), figure(e.share(named1), percent, " %"), figure(e.mean(cycles), count, ""),
				figure(e.mean(enabled), count, ""), bare(e.mean(enabledShare), percent, " %"), s.against(v, e),
			}
			if s.grouped {
				cells = append(cells, count(v.groups.all), count(v.groups.judged))
			}
			t.Add(cells...)
		}
	}
	return t.String()
}

// against writes how a variation's contexts compare with those of the default.
func (s *measuredSection) against(v *variation, e *entry) string {
	if by := s.standard(v, e.name); by != nil {
		return signed(difference(e, by, enabled, math.Inf(1)), count)
	}
	return "–"
}

// standard returns what a strategy came to by default where a variation was measured; nil if that is the default itself.
func (s *measuredSection) standard(v *variation, name string) *entry {
	for i := range s.variations {
		if d := &s.variations[i]; d.set == v.set && d.setting == (setting{}) && d.setting != v.setting {
			return entryOf(d.entries, name)
		}
	}
	return nil
}

// comparisons is how many differences the section has.
func (s *measuredSection) comparisons() (n int) {
	for i := range s.variations {
		for _, e := range s.variations[i].entries {
			n += btoi(s.standard(&s.variations[i], e.name) != nil)
		}
	}
	return n
}

// publishedTable puts what others published beside what was measured here.
func (m *measurement) publishedTable() string {
	t := markdown.Table{Left: 3, Heads: []string{"", "searched", "counted", "ever on", "still on at the end", "service first", fmt.Sprintf("service in %d", among)}}
	for _, p := range publications() {
		t.Add(p.system, p.searched, p.counted, p.share, "–", "–", p.among)
	}
	for _, name := range []string{evidence, topDown} {
		contexts, of := m.over(name, func(e *entry) replay.Estimate { return e.mean(enabledShare) })
		still, _ := m.over(name, func(e *entry) replay.Estimate { return e.mean(stillOnShare) })
		trace, _ := m.over(name, func(e *entry) replay.Estimate { return e.mean(pointShare) })
		if of == 0 {
			continue
		}
		first, top := m.services(name)
		searched := fmt.Sprintf("%s, see above", plural(of, "data set"))
		t.Add("here, "+name, searched, "contexts of a type", contexts.text(percent)+" %", still.text(percent)+" %", first, top)
		t.Add("here, "+name, searched, "trace points of a type", trace.text(percent)+" %", "–", first, top)
	}
	return t.String()
}

// services writes how often the service at fault was named, from the least data set to the greatest.
func (m *measurement) services(name string) (first, top string) {
	of := func(q quantity) string {
		var r rangeOf
		for _, s := range m.sets {
			if e := s.entry(name); e != nil && s.injected() {
				r.add(e.share(q).Mean)
			}
		}
		if r.n == 0 {
			return "–"
		}
		return r.text(percent) + " %"
	}
	return of(serviceFirst), of(serviceAmong)
}

// over returns what something ranges over in the data sets, and how many there are.
func (m *measurement) over(name string, of func(*entry) replay.Estimate) (r rangeOf, sets int) {
	for _, s := range m.sets {
		if e := s.entry(name); e != nil {
			r.add(of(e).Mean)
		}
	}
	return r, r.n
}
