package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
)

//go:embed performance.md.tmpl
var text string

// document is what the template is given.
type document struct {
	*lab
	*measurement
	folder  string // of the plots, beside the document
	figures []figure
	took    time.Duration
}

// write writes the document and, into the folder of its name beside it, the plots.
func write(file string, l *lab, m *measurement) error {
	d := document{lab: l, measurement: m, folder: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), figures: m.figures(), took: time.Since(l.began)}
	t, err := template.New("performance.md").Funcs(template.FuncMap{"n": whole}).Parse(text)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, d); err != nil {
		return err
	}
	if err := drawAll(d.figures, filepath.Join(filepath.Dir(file), d.folder)); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// The methods below are for the template.

// Day is when it was measured, and Took how long.
func (d document) Day() string  { return d.began.Format("2 January 2006") }
func (d document) Took() string { return d.took.Round(time.Second).String() }

// Machine is where, Each how long a measurement went on at least, and Fewest how many rounds it had.
func (d document) Machine() machine    { return d.machine }
func (d document) LoadAtEnd() string   { return d.loadAtEnd }
func (d document) Quick() bool         { return d.quick }
func (d document) Each() time.Duration { return d.time }
func (d document) Fewest() int         { return d.fewestRounds() }

// LeftOut are the rows that were not asked for.
func (d document) LeftOut() string {
	measured := []bool{
		d.Pipeline != nil, d.Decoding != nil, d.Path != nil, d.Memory != nil, d.Statistics != nil, d.Space != nil, d.Step != nil, d.Overhead != nil,
	}
	var names []string
	for i, name := range rowNames() {
		if !measured[i] {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Plot is the figure of a name.
func (d document) Plot(name string) string {
	i := slices.IndexFunc(d.figures, func(f figure) bool { return f.name == name })
	f := d.figures[i]
	return fmt.Sprintf("![%s, by %s](%s/%s.svg)", f.y, f.x, d.folder, name)
}

// Bars is the table of all that is promised. A quick run says nothing of whether it is kept: the sizes are not those of the bars.
func (d document) Bars() string {
	t := markdown.Table{Heads: []string{"what", "beside", "to reach", "measured", "reached"}, Left: 2}
	for _, b := range d.bars() {
		reached := b.Reached()
		if d.quick {
			reached = "quick run"
		}
		t.Add(b.What, b.Beside, b.Asked, b.Figure, reached)
	}
	return t.String()
}

// Limits is what the machine can do.
func (d document) Limits() string {
	h := d.Hardware
	t := markdown.Table{Heads: []string{"the machine, one core, at best", ""}, Left: 1}
	t.Add("copying memory", size(h.CopyBytesPerSecond)+"/s")
	t.Add("a read that has to wait for the one before, anywhere in a large table", duration(h.ReadSeconds))
	t.Add("an atomic load from the cache", duration(h.AtomicSeconds))
	t.Add("multiplications and additions, in a product of matrices", count(h.MultiplyAdds/1e9)+" · 10⁹/s")
	return t.String()
}
