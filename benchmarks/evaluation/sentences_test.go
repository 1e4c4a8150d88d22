package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// documentOf makes one of data sets in each of which evidence and top-down have had so many contexts on, seed by seed.
func documentOf(sets ...[2][]int) document {
	m := new(measurement)
	for i, s := range sets {
		of := &measuredSet{set: &set{name: setNames()[i], title: setNames()[i]}}
		for k, name := range []string{evidence, topDown} {
			var seeds [][]int
			for _, n := range s[k] {
				seeds = append(seeds, []int{n})
			}
			of.entries = append(of.entries, entryWith(name, seeds...))
		}
		m.sets = append(m.sets, of)
	}
	return document{circumstances{Seeds: 3, Few: 3, Workers: 1}, m}
}

func TestVerdict(t *testing.T) {
	d := documentOf([2][]int{{1, 1, 2}, {5, 6, 7}}, [2][]int{{1, 9, 1}, {2, 2, 9}}, [2][]int{{3, 3, 3}, {1, 1, 1}}, [2][]int{{0, 0, 0}, {0, 0, 0}})
	require.Equal(t, "**evidence** beside **top-down**. Contexts ever on: fewer in 2 of 4, beyond chance in 1; more in 1 of 4, beyond chance in 0; the same in 1 of 4. "+
		"The place found first: the same in all 4 data sets.", d.verdict(topDown))
	require.Equal(t, []string{
		"**evidence** had 0–37 % of the contexts on at some time, depending on the data set, and 0 % when the search had ended. " +
			"What it ended with had the true place first in 0–100 % of the searches.",
	}, d.Highlights()[:1])
	require.Empty(t, d.verdict(bandit), "it was not measured")
	require.Equal(t, 8, d.Comparisons())
}

func TestPhraseOfOne(t *testing.T) {
	require.Equal(t, "fewer in the one data set, beyond chance in 0", tally{sets: 1, less: 1}.phrase("fewer", "more"))
}

// TestEffortless: what is found with nothing switched on shows nothing but waste.
func TestEffortless(t *testing.T) {
	d := documentOf([2][]int{{1, 1}}, [2][]int{{1, 0}}, [2][]int{{0, 0}})
	for _, s := range d.sets {
		s.entries[0].name = nothing
	}
	require.Equal(t, "With **nothing** switched on, by the skeleton alone, the place is first always in stock: such a data set shows only what a strategy wastes, "+
		"and not whether it finds anything. It is sometimes in mixed (50 %). It is never in mixed-calm.", d.effortless())
	require.Empty(t, d.beforehand(), "it was not measured")
}
