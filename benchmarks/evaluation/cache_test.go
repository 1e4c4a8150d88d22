package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/replay"
)

func TestCache(t *testing.T) {
	c, err := openCache(filepath.Join(t.TempDir(), "new"))
	require.NoError(t, err)
	want := []trial{{Result: &replay.Result{Found: true, Enabled: 3, Explained: 0.1}, Census: replay.Census{Contexts: 7}, Rank: 2, Longest: time.Second}}
	searches := 0
	search := func() ([]trial, error) { searches++; return want, nil }
	for i, key := range []string{"one", "one", "two"} {
		got, known, err := c.trials(key, search)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, i == 1, known)
	}
	require.Equal(t, 2, searches)

	other := cache{c.folder, "another program"}
	_, known, err := other.trials("one", search)
	require.NoError(t, err)
	require.False(t, known, "it searches differently")

	files, err := filepath.Glob(filepath.Join(c.folder, "*"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, f := range files {
		require.NoError(t, os.Truncate(f, 5))
	}
	_, known, err = c.trials("one", search)
	require.NoError(t, err)
	require.False(t, known, "the file is damaged")
}

func TestFailuresAreNotKept(t *testing.T) {
	for _, folder := range []string{"", t.TempDir()} {
		c, err := openCache(folder)
		require.NoError(t, err)
		_, _, err = c.trials("one", func() ([]trial, error) { return nil, errors.New("interrupted") })
		require.Error(t, err)
		_, known, err := c.trials("one", func() ([]trial, error) { return nil, nil })
		require.NoError(t, err)
		require.False(t, known)
	}
}
