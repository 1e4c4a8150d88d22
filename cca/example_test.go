package cca_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/pythia-trace/pythia/cca"
)

// Ten irises: are the lengths and widths of the sepals related to those of the petals?
func ExampleAnalyze() {
	sepals := mat.NewDense(10, 2, []float64{
		5.1, 3.5, 4.9, 3.0, 4.7, 3.2, 4.6, 3.1, 5.0, 3.6, 5.4, 3.9, 4.6, 3.4, 5.0, 3.4, 4.4, 2.9, 4.9, 3.1,
	})
	petals := mat.NewDense(10, 2, []float64{
		1.4, 0.2, 1.4, 0.2, 1.3, 0.2, 1.5, 0.2, 1.4, 0.2, 1.7, 0.4, 1.4, 0.3, 1.5, 0.2, 1.4, 0.2, 1.5, 0.1,
	})
	res, err := cca.Analyze(sepals, petals, cca.Options{Permutations: 999, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for k, r := range res.Correlations {
		fmt.Printf("pair %d: correlation %.4f, explains %.0f%% of the petals\n", k, r, 100*res.YRedundancy[k])
	}
	w := res.Wilks[0]
	fmt.Printf("Wilks' lambda %.3f, F(%g, %g) = %.2f, p = %.2f\n", w.Lambda, w.DF1, w.DF2, w.F, w.P)
	fmt.Println("significant by permutation:", res.Permutation.P < 0.05)
	// Output:
	// pair 0: correlation 0.7251, explains 33% of the petals
	// pair 1: correlation 0.5548, explains 11% of the petals
	// Wilks' lambda 0.328, F(4, 12) = 2.24, p = 0.13
	// significant by permutation: false
}

// A variable that cannot be used is reported rather than being an error.
func ExampleAnalyze_dropped() {
	x := mat.NewDense(6, 2, []float64{1, 8, 2, 8, 3, 8, 4, 8, 5, 8, 6, 8})
	y := mat.NewDense(6, 1, []float64{2, 1, 4, 3, 6, 5})
	res, err := cca.Analyze(x, y, cca.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", res.Correlations[0])
	for _, d := range res.DroppedX {
		fmt.Printf("x column %d %s\n", d.Column, d.Reason)
	}
	// Output:
	// 0.829
	// x column 1 is constant
}
