package overhead

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVariantsDoTheSame holds the answers together, and the spans of each: what differs is what is recorded.
func TestVariantsDoTheSame(t *testing.T) {
	ctx := context.Background()
	m, err := newMeasurement()
	require.NoError(t, err)
	defer func() { require.NoError(t, m.close()) }()
	const n = 64
	answers := make([]string, n)
	for i, v := range m.variants {
		for k := range n {
			answer, err := m.served[i].ask(ctx, k)
			require.NoError(t, err)
			if i == bareAt {
				require.NotContains(t, answers, answer, "orders differ")
				answers[k] = answer
			}
			require.Equal(t, answers[k], answer, v.name)
		}
		callDirectly(m.idle[i], n)
		require.NoError(t, v.settle(ctx))
		spans := map[string]int{Skeleton: 1, Ten: 11, All: 20, SDK: 20}
		require.Equal(t, 2*n*spans[v.name], v.recorded(), v.name)
	}
	for at, name := range map[int]string{bareAt: Bare, offAt: Off, againAt: Again, skeletonAt: Skeleton, sdkAt: SDK} {
		require.Equal(t, name, m.variants[at].name)
	}
}

func TestStages(t *testing.T) {
	seen := make(map[string]bool)
	entry().each(func(s *stage) {
		require.Equal(t, len(seen), s.place)
		seen[s.name] = true
	})
	require.Len(t, seen, spansPerRequest)
	for _, name := range ten {
		require.True(t, seen[name], name)
	}
}
