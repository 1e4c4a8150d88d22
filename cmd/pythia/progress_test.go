package main

import (
	"bytes"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/adapters/tracefile"
)

func TestProgressIsShownOnlyOnLongWork(t *testing.T) {
	var out bytes.Buffer
	p := showProgress(&out, 300)
	p.update(tracefile.Progress{File: "a", Bytes: 50})
	p.clear()
	require.Empty(t, out.String())

	p.started = p.started.Add(-2 * progressDelay)
	p.update(tracefile.Progress{File: "a", Bytes: 100})
	p.update(tracefile.Progress{File: "b", Bytes: 50})
	require.Equal(t, int64(150), p.before+p.current.Bytes)
	require.Contains(t, out.String(), "reading traces")
	p.clear()
	require.NotPanics(t, (*progress)(nil).clear)
}

func TestNoProgressWhereThereIsNoTerminal(t *testing.T) {
	require.Nil(t, newProgress(&bytes.Buffer{}, nil, false))
}

func TestTotalSize(t *testing.T) {
	a := file(t, "a", "12345")
	require.Equal(t, int64(12), totalSize([]string{a, a, "no-such-file"}))
	require.Equal(t, int64(-1), totalSize([]string{a, "-"}))
	require.Equal(t, int64(-1), totalSize([]string{filepath.Dir(a)}))
}

func TestVersion(t *testing.T) {
	require.Equal(t, "pythia, built without module information", version(nil, false))
	info := &debug.BuildInfo{GoVersion: "go1.26", Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}}
	info.Main.Version = "v1.2.3"
	require.Equal(t, "pythia v1.2.3, commit 0123456789ab with changes, go1.26", version(info, true))
}
