package localize

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// oneOff is a workflow whose points and attributes no other has.
func oneOff(i int) *pythia.Trace {
	w := begin(i)
	w.in("s", fmt.Sprint("op ", i), func() { w.work(1 + float64(i%10)) }, pythia.Number(fmt.Sprint("key ", i), float64(i)))
	return w.trace()
}

// Points and words that nothing refers to any more are let go of, and nothing else changes.
func TestWordsAreRenewed(t *testing.T) {
	c := Config{SampleSize: 20, MaxGroups: 10}
	v, lasting := localizer(t, c), randomTraces(300, 1)
	back := restored(t, v)
	first := v.observer.words
	most := 0
	for i := range 6000 {
		for _, into := range []*Variance{v, back} {
			into.Observe(key("one-off", fmt.Sprint(i)), oneOff(i))
			into.Observe("lasting", lasting[i%len(lasting)])
		}
		most = max(most, v.observer.words.size())
		if i%2000 == 0 {
			back = restored(t, back)
			requireSame(t, comparison(t, v, back), comparison(t, back, v), 1)
			require.Equal(t, saved(t, v), saved(t, back))
		}
	}
	require.NotSame(t, first, v.observer.words)
	require.Less(t, most, 12_500, "of 18,000, and the edges of 6,000 are still there")
	for _, a := range v.groups {
		for _, e := range a.sample.heap {
			require.Same(t, v.observer.words, e.words)
		}
	}
	require.Equal(t, saved(t, v), saved(t, back))
}

// Exemplars that came from another localizer are worded anew as well, and that one has its own.
func TestRenewedWordsAreCopies(t *testing.T) {
	a, b := localizer(t, Config{}), localizer(t, Config{})
	observe(a, randomTraces(100, 1)...)
	observe(b, randomTraces(100, 2)...)
	require.NoError(t, a.Merge(b))
	theirs, want := b.observer.words, printed(localize(t, b))
	merged := printed(localize(t, a))
	words := a.observer.words
	for i := range fewWords {
		words.point(point("gone", fmt.Sprint(i)))
	}
	a.renewWords()
	require.NotSame(t, words, a.observer.words)
	require.Less(t, len(a.observer.words.points), 100)
	require.Equal(t, merged, printed(localize(t, a)))
	require.Same(t, theirs, b.observer.words)
	require.Equal(t, want, printed(localize(t, b)))
}
