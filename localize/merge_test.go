package localize

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// split has k localizers see a part of the workflows each, in any order, and merges them in any order.
func split(t *testing.T, c Config, traces []*pythia.Trace, k int, rng *rand.Rand) *Variance {
	t.Helper()
	workers := make([]pythia.Localizer, k)
	for i := range workers {
		workers[i] = localizer(t, c)
	}
	for _, i := range rng.Perm(len(traces)) {
		observe(workers[rng.IntN(k)], traces[i])
	}
	for len(workers) > 1 {
		i := rng.IntN(len(workers))
		from := workers[i]
		workers = slices.Delete(workers, i, i+1)
		require.NoError(t, workers[rng.IntN(len(workers))].Merge(from))
	}
	return workers[0].(*Variance)
}

// Merge = whole, to the last bit, whatever the order; also once the reservoirs have overflowed, and with a baseline.
func TestMergeEqualsWhole(t *testing.T) {
	now, then := randomTraces(240, 1), randomTraces(240, 2)
	for _, c := range []Config{{}, {SampleSize: 30}, {MaxExemplars: 60}, {SampleSize: 70, MaxExemplars: 100}} {
		t.Run(fmt.Sprintf("sample size %d, exemplars %d", c.SampleSize, c.MaxExemplars), func(t *testing.T) {
			whole, before := localizer(t, c), localizer(t, c)
			observe(whole, now...)
			observe(before, then...)
			groups, found, err := whole.Localize(context.Background(), before)
			require.NoError(t, err)
			require.NotEmpty(t, found)
			want := printed(groups, found)
			rng := seeded(3)
			for k := 1; k <= 5; k++ {
				a, b := split(t, c, now, k, rng), split(t, c, then, k, rng)
				groups, found, err = a.Localize(context.Background(), b)
				require.NoError(t, err)
				requireSame(t, want, printed(groups, found), k)
				require.Equal(t, saved(t, whole), saved(t, a), "%d workers", k)
			}
		})
	}
}

// A group's workflows may be of several request types: which one names it must not depend on which came first.
func TestRequestTypeDoesNotDependOnOrder(t *testing.T) {
	traces := []*pythia.Trace{}
	for i, name := range []string{"buy", "sell"} {
		w := begin(i)
		w.step("shop", name, 5)
		traces = append(traces, w.trace())
	}
	var types []string
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		v := localizer(t, Config{})
		for _, i := range order {
			v.Observe("shop", traces[i])
		}
		groups, _ := localize(t, v)
		types = append(types, groups[0].RequestType)
	}
	require.Equal(t, types[0], types[1])
}

// requireSame shows where two long texts first differ.
func requireSame(t *testing.T, want, got string, workers int) {
	t.Helper()
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	around := func(s string) string { return s[max(0, min(at, len(s))-60):min(len(s), at+60)] }
	require.True(t, want == got, "%d workers, at byte %d:\nwant ...%s...\ngot  ...%s...", workers, at, around(want), around(got))
}

func TestLocalizeChangesNothing(t *testing.T) {
	v := localizer(t, Config{SampleSize: 50})
	traces := randomTraces(200, 4)
	observe(v, traces[:100]...)
	first := printed(localize(t, v))
	require.Equal(t, first, printed(localize(t, v)))
	observe(v, traces[100:]...)
	whole := localizer(t, Config{SampleSize: 50})
	observe(whole, traces...)
	require.Equal(t, printed(localize(t, whole)), printed(localize(t, v)))
}

func localize(t *testing.T, v *Variance) ([]*pythia.Group, []*pythia.Finding) {
	t.Helper()
	groups, found, err := v.Localize(context.Background(), nil)
	require.NoError(t, err)
	return groups, found
}

func TestMergeRefuses(t *testing.T) {
	v := localizer(t, Config{})
	require.ErrorContains(t, v.Merge(stranger{}), "cannot merge a localize.stranger")
	require.ErrorContains(t, v.Merge(localizer(t, Config{SampleSize: 5})), "different Measure or SampleSize")
	require.ErrorContains(t, v.Merge(localizer(t, Config{Measure: pythia.UntilAnswered})), "different Measure or SampleSize")
	require.ErrorContains(t, v.Merge(v), "cannot merge a localizer into itself")
	require.NoError(t, v.Merge(v.New()))
	_, _, err := v.Localize(context.Background(), stranger{})
	require.ErrorContains(t, err, "cannot compare with a localize.stranger")
}

type stranger struct{ pythia.Localizer }

func TestNewRefuses(t *testing.T) {
	for _, c := range []Config{{MinTraces: -1}, {SampleSize: -1}, {MaxExemplars: -1}, {MaxGroups: -1}, {FalseDiscoveryRate: -0.1}, {FalseDiscoveryRate: 1}} {
		_, err := New(c)
		require.ErrorContains(t, err, "localize: ", "%+v", c)
	}
}

func TestEmpty(t *testing.T) {
	v := localizer(t, Config{})
	groups, found, err := v.Localize(context.Background(), v.New())
	require.NoError(t, err)
	require.Empty(t, groups)
	require.Empty(t, found)
}

// Whatever is observed afterwards, on either side, the other side stays as it is.
func TestMergeCopies(t *testing.T) {
	traces := randomTraces(400, 5)
	for _, size := range []int{0, 30} {
		seen := func(parts ...[]*pythia.Trace) string {
			v := localizer(t, Config{SampleSize: size})
			for _, p := range parts {
				observe(v, p...)
			}
			return printed(localize(t, v))
		}
		a, b := localizer(t, Config{SampleSize: size}), localizer(t, Config{SampleSize: size})
		first, second, third, rest := traces[:100], traces[100:200], traces[200:300], traces[300:]
		observe(a, first...)
		observe(b, second...)
		one, both := a.New().(*Variance), a.New().(*Variance)
		require.NoError(t, one.Merge(a))
		require.NoError(t, both.Merge(a))
		require.NoError(t, both.Merge(b))
		observe(a, third...)
		requireSame(t, seen(first), printed(localize(t, one)), 1)
		requireSame(t, seen(first, second), printed(localize(t, both)), 2)
		observe(both, rest...)
		requireSame(t, seen(first, third), printed(localize(t, a)), 1)
		requireSame(t, seen(second), printed(localize(t, b)), 1)
		requireSame(t, seen(first), printed(localize(t, one)), 1)
		again := a.New().(*Variance)
		require.NoError(t, again.Merge(a))
		require.NoError(t, again.Merge(both))
		requireSame(t, seen(first, third, first, second, rest), printed(localize(t, again)), 2)
	}
}

// What was merged is localised, compared with and saved while the parts see more. The race detector is the judge.
func TestMergedAndPartsAreIndependent(t *testing.T) {
	traces := randomTraces(400, 6)
	a, b := localizer(t, Config{SampleSize: 30}), localizer(t, Config{SampleSize: 30})
	observe(a, traces[:100]...)
	observe(b, traces[100:200]...)
	merged, before := a.New().(*Variance), a.New().(*Variance)
	for _, part := range []*Variance{a, b} {
		require.NoError(t, merged.Merge(part))
		require.NoError(t, before.Merge(part))
	}
	want := printed(localize(t, merged))
	var all sync.WaitGroup
	all.Go(func() { observe(a, traces[200:300]...) })
	all.Go(func() { observe(b, traces[300:]...) })
	all.Go(func() { _, _ = merged.MarshalBinary() })
	for range 2 {
		all.Go(func() { _, _, _ = merged.Localize(context.Background(), before) })
	}
	all.Wait()
	requireSame(t, want, printed(localize(t, merged)), 2)
}
