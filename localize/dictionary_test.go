package localize

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// Words are the same if their texts are, whatever they are made of.
func TestWordsAreTexts(t *testing.T) {
	d := newDictionary()
	points := []pythia.TracePointID{
		{}, point("a", "b"), point("a b", "c"), point("a", "b c"), point("a", ""), point("a", "b: c"), {Layer: pythia.LayerKernel, Scope: "a", Name: "b"},
	}
	keys := []string{"", "c", "d", "c: d", "a"}
	numbers := map[string]int32{"": 0}
	add := func(text string, n int32) {
		t.Helper()
		if known, ok := numbers[text]; ok {
			require.Equal(t, known, n, text)
		}
		numbers[text] = n
		require.Equal(t, text, d.text(n))
		require.Equal(t, n, d.numberOfText(text))
	}
	add("a b: d", d.numberOfText("a b: d"))
	for range 2 {
		for _, p := range points {
			n := d.point(p)
			add(p.String(), d.nameOf(n))
			last := int32(0)
			for _, k := range keys {
				last = d.variable(n, last, k)
				text := p.Scope + " " + p.Name + ": " + k
				if p.Name == "" {
					text = p.Scope + ": " + k
				}
				add(text, last)
			}
		}
	}
	require.Len(t, d.words, len(numbers))
	require.Empty(t, d.all().words[1:], "nothing was published")
	d.publish()
	require.Equal(t, d.words, d.all().words)
}
