package localize

import (
	"maps"
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// leastPresent is the share of a sample that must have an attribute for it to be a candidate variable.
const leastPresent = 0.5

// sampleOf joins the seconds spent at a place with what else is known of the group's sample.
func (g *groupAnalysis) sampleOf(place []float64) *pythia.Sample {
	return &pythia.Sample{TotalSeconds: g.totals, PlaceSeconds: slices.Clone(place), Mode: g.modeOf, Variables: g.variables()}
}

// variables turns the attributes of the sampled workflows, and the counts of repeated spans, into columns. They are built once.
func (g *groupAnalysis) variables() []pythia.Variable {
	if g.columns == nil {
		g.columns = append(g.attributeColumns(), g.countColumns()...)
	}
	return g.columns
}

func (g *groupAnalysis) attributeColumns() []pythia.Variable {
	type column struct{ numbers, texts int }
	seen := make(map[int32]column)
	for _, x := range g.exemplars {
		for v := range x.variables {
			word := g.in.words.of(x.words, v.word)
			c := seen[word]
			if v.text == "" {
				c.numbers++
			} else {
				c.texts++
			}
			seen[word] = c
		}
	}
	var columns []pythia.Variable
	index := make(map[int32]int)
	for _, word := range g.in.words.inOrder(maps.Keys(seen)) {
		c := seen[word]
		if float64(c.numbers+c.texts) < leastPresent*float64(len(g.exemplars)) {
			continue
		}
		index[word] = len(columns)
		columns = append(columns, emptyColumn(g.in.words.text(word), c.numbers >= c.texts, len(g.exemplars)))
	}
	for i, x := range g.exemplars {
		for v := range x.variables {
			if at, ok := index[g.in.words.of(x.words, v.word)]; ok {
				setCell(&columns[at], i, v)
			}
		}
	}
	return slices.DeleteFunc(columns, isConstant)
}

func emptyColumn(name string, numeric bool, n int) pythia.Variable {
	v := pythia.Variable{Name: name}
	if !numeric {
		v.Category = make([]string, n)
		return v
	}
	v.Numbers = make([]float64, n)
	for i := range v.Numbers {
		v.Numbers[i] = math.NaN()
	}
	return v
}

func setCell(column *pythia.Variable, row int, v variableSample) {
	switch {
	case column.Numbers == nil:
		column.Category[row] = v.text
	case v.text == "":
		column.Numbers[row] = v.number
	}
}

// isConstant reports whether a column has fewer than two values.
func isConstant(v pythia.Variable) bool {
	if v.Numbers == nil {
		return len(slices.Compact(slices.Sorted(slices.Values(v.Category)))) < 2
	}
	first := math.NaN()
	for _, x := range v.Numbers {
		if math.IsNaN(x) {
			continue
		}
		if math.IsNaN(first) {
			first = x
		} else if x != first {
			return false
		}
	}
	return true
}

// countColumns returns how many spans each workflow has of the points of which some have several.
func (g *groupAnalysis) countColumns() []pythia.Variable {
	repeated := make(map[int32][]float64)
	for _, x := range g.exemplars {
		for c := range x.spansByPoint {
			if c.count > 1 {
				repeated[g.in.words.of(x.words, c.word)] = nil
			}
		}
	}
	if len(repeated) == 0 {
		return nil
	}
	for point := range repeated {
		repeated[point] = make([]float64, len(g.exemplars))
	}
	for i, x := range g.exemplars {
		for c := range x.spansByPoint {
			if counts := repeated[g.in.words.of(x.words, c.word)]; counts != nil {
				counts[i] = float64(c.count)
			}
		}
	}
	var columns []pythia.Variable
	for _, point := range g.in.words.inOrder(maps.Keys(repeated)) {
		columns = append(columns, pythia.Variable{Name: "count of " + g.in.words.text(point), Numbers: repeated[point]})
	}
	return slices.DeleteFunc(columns, isConstant)
}
