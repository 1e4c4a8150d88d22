// Command diptable simulates the distribution of Hartigan's dip statistic in
// uniform samples and writes its quantiles into localize/dip_table.go, below
// the marker line. The result depends on the seed alone: every sample size
// has a random stream of its own.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia/localize"
)

// marker starts the last hand-written line of the file that is rewritten.
const marker = "// Everything below this line is written by internal/diptable"

const seed = 1985

// design lists the simulated sample sizes and the number of samples of each.
// The work per row is about samples*size, so that the large sizes get fewer.
var design = []struct{ size, samples int }{
	{4, 2_000_000}, {5, 2_000_000}, {6, 2_000_000}, {7, 2_000_000},
	{8, 2_000_000}, {9, 2_000_000}, {10, 2_000_000}, {12, 1_000_000},
	{15, 1_000_000}, {20, 1_000_000}, {30, 1_000_000}, {50, 1_000_000},
	{100, 1_000_000}, {200, 1_000_000}, {500, 600_000},
	{1000, 500_000}, {2000, 300_000}, {5000, 200_000}, {10_000, 140_000},
	{20_000, 70_000},
}

// smoothFrom is the size from which the rows are replaced by a fit in
// 1/sqrt(size), which pools their samples and gives the row for infinity.
const smoothFrom = 200

var probabilities = []float64{
	0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55,
	0.6, 0.65, 0.7, 0.75, 0.8, 0.84, 0.87, 0.9, 0.95, 0.96, 0.97,
	0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9965, 0.998, 0.999, 0.9995,
	0.9998, 0.9999,
}

func main() {
	log.SetFlags(log.Ltime)
	out := flag.String("o", "dip_table.go", "file to rewrite below its marker line")
	thin := flag.Int("thin", 1, "divide the number of samples by this, for a quick trial")
	flag.Parse()
	rows := make([][]float64, len(design))
	for i, d := range design {
		rows[i] = simulate(d.size, max(10_000, d.samples / *thin))
		log.Printf("size %d done", d.size)
	}
	rows = append(rows, smooth(rows))
	if err := rewrite(*out, render(rows, *thin)); err != nil {
		log.Fatal(err)
	}
}

// simulate returns the quantiles of sqrt(size)*dip. The sums of exponential
// variates are distributed as sorted uniforms up to a common factor, which
// does not change the dip, so nothing needs sorting or dividing.
func simulate(size, samples int) []float64 {
	rng := rand.New(rand.NewPCG(seed, uint64(size)))
	sample := make([]float64, size)
	dips := make([]float64, samples)
	root := math.Sqrt(float64(size))
	for i := range dips {
		sum := 0.0
		for j := range sample {
			sum += rng.ExpFloat64()
			sample[j] = sum
		}
		dip, _ := localize.Dip(sample)
		dips[i] = dip * root
	}
	slices.Sort(dips)
	out := make([]float64, len(probabilities))
	for k, p := range probabilities {
		out[k] = quantile(dips, p)
	}
	return out
}

// quantile interpolates linearly between the order statistics.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// smooth fits every quantile q(n) of the large sizes by c0 + c1/sqrt(n) + c2/n,
// weighted by the number of samples, puts the fit in the place of the rows
// and returns the row of c0, the limit.
func smooth(rows [][]float64) []float64 {
	limit := make([]float64, len(probabilities))
	for k := range limit {
		var normal [3][4]float64
		for i, d := range design {
			if d.size >= smoothFrom {
				accumulate(&normal, basis(d.size), rows[i][k], float64(d.samples))
			}
		}
		c := solve(normal)
		for i, d := range design {
			if d.size >= smoothFrom {
				b := basis(d.size)
				rows[i][k] = c[0]*b[0] + c[1]*b[1] + c[2]*b[2]
			}
		}
		limit[k] = c[0]
	}
	return limit
}

func basis(size int) [3]float64 {
	return [3]float64{1, 1 / math.Sqrt(float64(size)), 1 / float64(size)}
}

// accumulate adds one weighted observation to the normal equations.
func accumulate(normal *[3][4]float64, b [3]float64, y, weight float64) {
	for r := range b {
		for c := range b {
			normal[r][c] += weight * b[r] * b[c]
		}
		normal[r][3] += weight * b[r] * y
	}
}

// solve eliminates the positive definite normal equations.
func solve(a [3][4]float64) [3]float64 {
	for i := range a {
		for r := i + 1; r < 3; r++ {
			f := a[r][i] / a[i][i]
			for c := i; c < 4; c++ {
				a[r][c] -= f * a[i][c]
			}
		}
	}
	var x [3]float64
	for i := 2; i >= 0; i-- {
		s := a[i][3]
		for c := i + 1; c < 3; c++ {
			s -= a[i][c] * x[c]
		}
		x[i] = s / a[i][i]
	}
	return x
}

// render is the Go source of the table.
func render(rows [][]float64, thin int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// dipSizes are the sample sizes of the rows of dipQuantiles but the last, which\n// is the limit of large samples. Samples simulated for each, seed %d:\n//\n", seed)
	for _, d := range design {
		fmt.Fprintf(&b, "//\tn = %-6d %d\n", d.size, max(10_000, d.samples/thin))
	}
	fmt.Fprintf(&b, "var dipSizes = [...]int{")
	for _, d := range design {
		fmt.Fprintf(&b, "%d,", d.size)
	}
	b.WriteString("}\n\n// dipProbabilities are the lower tail probabilities of the columns.\nvar dipProbabilities = [...]float64{")
	for _, p := range probabilities {
		fmt.Fprintf(&b, "%g,", p)
	}
	b.WriteString("}\n\n// dipQuantiles are quantiles of sqrt(n)*dip under the uniform distribution.\n")
	fmt.Fprintf(&b, "var dipQuantiles = [...][%d]float64{\n", len(probabilities))
	for i, row := range rows {
		name := "limit"
		if i < len(design) {
			name = fmt.Sprintf("n = %d", design[i].size)
		}
		fmt.Fprintf(&b, "{ // %s\n", name)
		for k, q := range row {
			fmt.Fprintf(&b, "%.5f,", q)
			if k%8 == 7 {
				b.WriteString("\n")
			}
		}
		b.WriteString("\n},\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// rewrite replaces what follows the marker line of the file.
func rewrite(path, table string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	at := bytes.Index(old, []byte(marker))
	if at < 0 {
		return fmt.Errorf("%s: no marker line", path)
	}
	end := at + bytes.IndexByte(old[at:], '\n') + 1
	src, err := format.Source([]byte(string(old[:end]) + "\n" + table))
	if err != nil {
		return err
	}
	return os.WriteFile(path, src, 0o644)
}
