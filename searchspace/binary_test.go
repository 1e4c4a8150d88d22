package searchspace_test

import (
	"bytes"
	"encoding/gob"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/searchspace"
)

func TestBinary(t *testing.T) {
	for seed := range uint64(10) {
		var c, again searchspace.CCT
		observe(&c, randoms(t, seed, int(seed)*3)...)
		observe(&again, randoms(t, 77, 3)...)
		data, err := c.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, save(t, &c), data)
		require.NoError(t, again.UnmarshalBinary(data))
		requireEqual(t, &c, &again)
		observe(&c, randoms(t, seed+100, 5)...)
		observe(&again, randoms(t, seed+100, 5)...)
		require.Equal(t, save(t, &c), save(t, &again), "life goes on as before")
	}
}

func TestBinaryKeepsTheBound(t *testing.T) {
	traces := randoms(t, 1, 20)
	var whole searchspace.CCT
	observe(&whole, traces...)
	for _, most := range []int{3, 1000} {
		c, err := searchspace.New(searchspace.Config{MaxNodes: most})
		require.NoError(t, err)
		require.NoError(t, c.UnmarshalBinary(save(t, &whole)))
		require.Equal(t, min(most, whole.Stats().Contexts), c.Stats().Contexts)
		require.Equal(t, most < whole.Stats().Contexts, c.Stats().LeftOut > 0)
	}
	small, err := searchspace.New(searchspace.Config{MaxNodes: 2})
	require.NoError(t, err)
	observe(small, traces...)
	var large searchspace.CCT
	require.NoError(t, large.UnmarshalBinary(save(t, small)))
	observe(&large, traces...)
	require.Equal(t, whole.Stats().Contexts, large.Stats().Contexts, "there is room for more than in the file")
}

func TestBinaryFailsAsItWas(t *testing.T) {
	var c searchspace.CCT
	observe(&c, randoms(t, 1, 5)...)
	before := save(t, &c)
	require.ErrorIs(t, c.UnmarshalBinary(before[:len(before)-1]), searchspace.ErrCorrupt)
	require.ErrorIs(t, c.UnmarshalBinary(nil), searchspace.ErrCorrupt)
	require.Equal(t, before, save(t, &c))
}

func TestGob(t *testing.T) {
	var c, again searchspace.CCT
	observe(&c, randoms(t, 1, 5)...)
	var b bytes.Buffer
	require.NoError(t, gob.NewEncoder(&b).Encode(&c))
	require.NoError(t, gob.NewDecoder(&b).Decode(&again))
	requireEqual(t, &c, &again)
}

func TestBinaryAtOnce(t *testing.T) {
	var c searchspace.CCT
	traces := randoms(t, 1, 5)
	observe(&c, traces...)
	data := save(t, &c)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _ = c.UnmarshalBinary(data) })
		wg.Go(func() { observe(&c, traces...) })
		wg.Go(func() { c.Inside(stack("1"), start("1"), end("2")) })
		wg.Go(func() { _, _ = c.MarshalBinary() })
	}
	wg.Wait()
	require.Positive(t, c.Stats().Contexts)
}
