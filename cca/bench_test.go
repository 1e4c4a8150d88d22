package cca_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/cca"
)

func BenchmarkAnalyze(b *testing.B) {
	for _, c := range []struct{ n, p, q, permutations int }{
		{200, 5, 1, 0}, {10000, 49, 1, 0}, {10000, 25, 25, 0}, {10000, 50, 50, 0},
		{200, 5, 1, 999}, {10000, 49, 1, 99}, {10000, 25, 25, 99},
	} {
		x, y := linked(1, c.n, c.p, c.q)
		b.Run(fmt.Sprintf("n=%d/p=%d/q=%d/perm=%d", c.n, c.p, c.q, c.permutations), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := cca.Analyze(x, y, cca.Options{Permutations: c.permutations})
				require.NoError(b, err)
			}
		})
	}
}
