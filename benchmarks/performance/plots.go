package main

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// figure is a plot of how things grow, with logarithmic axes: straight lines, as steep as the exponent is great.
type figure struct {
	name   string // of the file, without its ending
	x, y   string
	in     units // of y
	growth []growth
}

// figures are those of all that was measured.
func (m *measurement) figures() (all []figure) {
	if p := m.Pipeline; p != nil {
		x := "spans in all, spans a trace, request types"
		all = append(all, figure{"pipeline", x, "CPU time a span", seconds(), []growth{p.PerTotal, p.PerLength, p.PerGroups}})
	}
	if d := m.Decoding; d != nil {
		all = append(all, figure{"decoding", "spans", "CPU time a span", seconds(), []growth{d.PerTotal}})
	}
	if p := m.Path; p != nil {
		f := figure{name: "path", x: "spans of the trace", y: "CPU time", in: seconds()}
		for _, s := range p.Shapes {
			f.growth = append(f.growth, s.built, s.walked)
		}
		all = append(all, f)
	}
	if m := m.Memory; m != nil {
		all = append(all, figure{"memory-spans", "spans seen", "heap", decimalSizes(), m.PerSpans})
		all = append(all, figure{"memory-groups", "groups", "heap", decimalSizes(), []growth{m.PerGroup}})
	}
	if s := m.Statistics; s != nil {
		f := figure{name: "statistics", x: "observations; variables", y: "CPU time", in: seconds(), growth: []growth{s.PerVariables}}
		for _, r := range s.Rows {
			f.growth = append(f.growth, r.growth)
		}
		all = append(all, f)
	}
	if s := m.Space; s != nil {
		all = append(all, figure{"space", "contexts", "CPU time", seconds(), []growth{s.Building, s.Saving, s.Loading, s.Query, s.Scattered}})
	}
	if s := m.Step; s != nil {
		all = append(all, figure{"step", "groups", "CPU time", seconds(), []growth{s.Growth, s.Longest}})
	}
	return all
}

// draw writes the figure as SVG into a folder.
func (f figure) draw(folder string) error {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = f.x, f.y
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = decades(counts()), decades(f.in)
	p.BackgroundColor = color.White // else it would be transparent, and black on black for some readers
	p.Add(plotter.NewGrid())
	for i, g := range f.growth {
		points := make(plotter.XYs, len(g.Sizes))
		for j := range points {
			points[j].X, points[j].Y = g.Sizes[j], g.Values[j]
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return fmt.Errorf("plotting %s: %w", g.Name, err)
		}
		line.Color, dots.Color, dots.Shape = plotutil.Color(i), plotutil.Color(i), draw.CircleGlyph{}
		p.Add(line, dots)
		p.Legend.Add(g.Name+": "+g.Text(), line, dots)
	}
	p.Legend.Left, p.Legend.Top = true, true
	f.makeRoom(p)
	if err := p.Save(width, height, filepath.Join(folder, f.name+".svg")); err != nil {
		return fmt.Errorf("plotting: %w", err)
	}
	return nil
}

const (
	width, height = 16 * vg.Centimeter, 11 * vg.Centimeter
	lineOfLegend  = 0.05 // of the height
)

// makeRoom has the axes begin and end at powers of ten, and leaves room for the legend above the lines.
func (f figure) makeRoom(p *plot.Plot) {
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		low, high := math.Floor(math.Log10(axis.Min)), math.Ceil(math.Log10(axis.Max))
		axis.Min, axis.Max = math.Pow(10, low), math.Pow(10, max(high, low+1))
	}
	p.Y.Max *= math.Pow(p.Y.Max/p.Y.Min, lineOfLegend*float64(len(f.growth)))
}

// decades marks powers of ten, in units that suit them, and what lies between them. It implements [plot.Ticker].
type decades units

// Ticks implements [plot.Ticker].
func (d decades) Ticks(low, high float64) (ticks []plot.Tick) {
	for power := math.Floor(math.Log10(low)); math.Pow(10, power) <= high*1.001; power++ {
		for digit := 1.0; digit < 10; digit++ {
			tick := plot.Tick{Value: digit * math.Pow(10, power)}
			if tick.Value < low*0.999 || tick.Value > high*1.001 {
				continue
			}
			if digit == 1 {
				tick.Label = units(d).write(tick.Value)
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// drawAll writes all figures.
func drawAll(figures []figure, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, f := range figures {
		if err := f.draw(folder); err != nil {
			return err
		}
	}
	return nil
}
