package main

import (
	_ "embed"
	"fmt"
	"math"
	"strings"
	"text/template"
	"time"
)

//go:embed evaluation.md.tmpl
var text string

// circumstances are those of the measurement.
type circumstances struct {
	Seeds, Few, Workers int
	Resumed             int // searches of which the results were kept
	Go                  string
	Date                time.Time
	Took                time.Duration
}

// document is what the template is given.
type document struct {
	circumstances
	*measurement
}

// write puts what was measured into words.
func write(m *measurement, c circumstances) (string, error) {
	d := document{c, m}
	t, err := template.New("evaluation.md").Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, d); err != nil {
		return "", err
	}
	return b.String(), nil
}

// The methods below are for the template.

// Day is when it was measured.
func (d document) Day() string { return d.Date.Format("2 January 2006") }

// Lasted is how long it took.
func (d document) Lasted() string { return lasting(d.Took) }

// WarmUp, WithFault and Interval are those of the simulated application.
func (d document) WarmUp() int             { return warmUp }
func (d document) WithFault() int          { return withFault }
func (d document) Interval() time.Duration { return interval }

// Among is how many findings are looked through for the service at fault.
func (d document) Among() int { return among }

// ProfileAlone, Profiled and SurelySame are as the code has them.
func (d document) ProfileAlone() string { return profileAlone }
func (d document) Profiled() int        { return profiled }
func (d document) SurelySame() int      { return surelySame }

// NezhaMinShare is the least share of the variation that is worth a search in those systems.
func (d document) NezhaMinShare() float64 { return nezhaMinShare }

// SeedCount and FewCount say how many seeds there were.
func (d document) SeedCount() string { return plural(d.Seeds, "seed") }
func (d document) FewCount() string  { return plural(d.Few, "seed") }

// Sets, Cases, Contexts, Places and Published are tables.
func (d document) Sets() string      { return d.setsTable() }
func (d document) Cases() string     { return d.casesTable() }
func (d document) Contexts() string  { return d.summaryTable(enabled, math.Inf(1), count) }
func (d document) Places() string    { return d.summaryTable(found, 1, percent) }
func (d document) Published() string { return d.publishedTable() }

// SetResult is a data set with its table.
type SetResult struct {
	Title, Table, Cost string
}

// Results returns the tables of strategies.
func (d document) Results() []SetResult {
	var results []SetResult
	for _, s := range d.sets {
		if s.entries != nil {
			results = append(results, SetResult{s.title, s.strategiesTable(), s.profileCost()})
		}
	}
	return results
}

// Section returns the table of a section, under whose third column the variants stand.
func (d document) Section(name, head string) string {
	for i := range d.sections {
		if s := &d.sections[i]; s.name == name && len(s.variations) > 0 {
			return s.table(head)
		}
	}
	return "Not measured: it was left out, or the data sets for it were."
}

// LeftOut says what is missing, and why.
func (d document) LeftOut() (why []string) {
	var unasked []string
	for _, name := range setNames() {
		s := d.set(name)
		switch {
		case s == nil:
			unasked = append(unasked, name)
			continue
		case s.absent != "":
			why = append(why, fmt.Sprintf("%s: %s.", s.title, s.absent))
		}
		if len(s.leftOut) > 0 {
			why = append(why, fmt.Sprintf("%s of %s: with everything traced nothing there varies more than is acceptable.", strings.Join(s.leftOut, ", "), s.title))
		}
	}
	for _, s := range d.sets {
		if s.problems > 0 {
			why = append(why, fmt.Sprintf("%s in the files of %s: what cannot be used there, such as a number out of range.", plural(s.problems, "problem"), s.title))
		}
	}
	if len(unasked) > 0 {
		why = append(why, fmt.Sprintf("%s: not asked for.", strings.Join(unasked, ", ")))
	}
	return why
}
