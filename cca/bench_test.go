package cca_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/cca"
)

// BenchmarkCCA relates p variables of n observations to five others; the first two series show how the time grows with n and with p.
func BenchmarkCCA(b *testing.B) {
	for _, c := range []struct {
		n, p         int
		ridge        float64
		permutations int
	}{
		{n: 1000, p: 50}, {n: 10_000, p: 50}, {n: 100_000, p: 50},
		{n: 10_000, p: 5}, {n: 10_000, p: 20}, {n: 10_000, p: 100}, {n: 10_000, p: 200},
		{n: 10_000, p: 50, ridge: 0.1}, {n: 10_000, p: 50, permutations: 99}, {n: 10_000, p: 50, permutations: 999},
	} {
		x, y := linked(1, c.n, c.p, 5)
		name := fmt.Sprintf("n=%d,p=%d", c.n, c.p)
		if c.ridge > 0 {
			name += fmt.Sprintf(",ridge=%v", c.ridge)
		}
		if c.permutations > 0 {
			name += fmt.Sprintf(",permutations=%d", c.permutations)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := cca.Analyze(x, y, cca.Options{Ridge: c.ridge, Permutations: c.permutations})
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkExplainer explains durations by as many variables as a report may have, two of which matter, or none.
func BenchmarkExplainer(b *testing.B) {
	for _, c := range []struct {
		n, variables int
		signal       float64
	}{{1000, 50, 1}, {1000, 50, 0}, {1000, 400, 1}, {1000, 400, 0}, {10_000, 50, 1}} {
		r := random(1)
		var variables []pythia.Variable
		for len(variables) < c.variables {
			variables = append(variables, noise(r, c.n)...)
		}
		f := finding(c.n, 2, func(i int) float64 {
			return 1 + c.signal*(0.1*variables[0].Numbers[i]+0.05*variables[3].Numbers[i]) + 0.1*r.NormFloat64()
		}, variables...)
		b.Run(fmt.Sprintf("n=%d,variables=%d,signal=%v", c.n, c.variables, c.signal), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				found, err := cca.Explainer{}.Explain(f)
				require.NoError(b, err)
				require.Equal(b, c.signal > 0, len(found) > 0)
			}
		})
	}
}
