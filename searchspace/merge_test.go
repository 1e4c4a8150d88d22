package searchspace_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

func TestHalvesMakeAWhole(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		traces := randoms(t, seed, 40)
		var whole, left, right searchspace.CCT
		parts := make([]searchspace.CCT, 4)
		observe(&whole, traces...)
		for _, tr := range traces {
			parts[r.IntN(len(parts))].Observe(tr)
		}
		for i := range parts {
			left.Merge(&parts[i])
			right.Merge(&parts[len(parts)-1-i])
		}
		requireEqual(t, &whole, &left)
		requireEqual(t, &whole, &right)
	}
}

// TestMergeBeyondExactSiblings merges contexts that have 20 children each and 40 together.
func TestMergeBeyondExactSiblings(t *testing.T) {
	var whole searchspace.CCT
	var parts [2]searchspace.CCT
	for part := range parts {
		var text strings.Builder
		text.WriteString("api 0-1000\n")
		for i := range 20 {
			fmt.Fprintf(&text, "\tc%d.%d %d-%d\n", part, i, 40*i+20*part, 40*i+20*part+10)
		}
		tr := workflow(t, text.String())
		whole.Observe(tr)
		parts[part].Observe(tr)
	}
	parts[0].Merge(&parts[1])
	requireEqual(t, &whole, &parts[0])
	require.Equal(t, "c0.1 c1.1", names(whole.Inside(stack("api"), end("c1.0"), start("c0.2"))))
}

func TestMergeWithNothing(t *testing.T) {
	var full, empty, other searchspace.CCT
	observe(&full, randoms(t, 5, 10)...)
	observe(&other, randoms(t, 5, 10)...)
	full.Merge(&empty)
	requireEqual(t, &other, &full)
	empty.Merge(&full)
	requireEqual(t, &full, &empty)
}

func TestMergeWithItself(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, "a 0-10\n\tb 0-5"))
	c.Merge(&c)
	require.EqualValues(t, 2, c.Stats().Workflows)
	require.EqualValues(t, 2, c.Children(context("a"))[0].Spans)
}

// TestFullSums doubles a tree until a context's 24-bit count of workflows is full.
func TestFullSums(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, "a 0-10"))
	for range 23 {
		c.Merge(&c)
	}
	before := c.Children(pythia.RootContext)
	require.EqualValues(t, 1<<23, before[0].Workflows)
	c.Merge(&c)
	require.Equal(t, before, c.Children(pythia.RootContext))
	require.EqualValues(t, 1<<23, c.Stats().Full)

	var years searchspace.CCT
	for range 5 {
		years.Observe(workflow(t, fmt.Sprintf("a 0-%d", int64(1)<<62-1)))
	}
	require.EqualValues(t, 4, years.Children(pythia.RootContext)[0].Workflows)
	require.EqualValues(t, 1, years.Stats().Full)
}
