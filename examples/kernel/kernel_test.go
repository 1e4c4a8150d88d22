//go:build !race

// The race detector takes more of the processor than the neighbour.

package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/ebpf"
)

func TestMain(m *testing.M) {
	if isNeighbour() {
		beNeighbour()
		return
	}
	os.Exit(m.Run())
}

// faster has more customers than main does, and an Engine in more of a hurry.
var faster = options{atMost: time.Minute, interval: 500 * time.Millisecond, minRequests: 120, pause: 12 * time.Millisecond, folder: "."}

// TestTheKernelIsFound: orders wait for fsync, quotes for the processor that the neighbour has.
func TestTheKernelIsFound(t *testing.T) {
	if err := ebpf.Supported(); err != nil {
		if os.Getenv("PYTHIA_KERNEL") == "required" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	var output strings.Builder
	found, err := diagnose(t.Context(), &output, faster)
	require.NoError(t, err, "%s", &output)
	kernel := func(name string) pythia.TracePointID {
		return pythia.TracePointID{Layer: pythia.LayerKernel, Scope: ebpf.Scope, Name: name}
	}
	for requestType, point := range map[string]pythia.TracePointID{orders: kernel("fsync"), quotes: kernel("sched.runnable")} {
		d := found[requestType]
		require.NotEmpty(t, d.Findings, "%s: %s\n%s", requestType, d.Stop, &output)
		at := d.Findings[0].Location
		require.Equal(t, pythia.LayerKernel, at.Point.Layer, "%s: %s\n%s", requestType, at, &output)
		require.True(t, at.Point == point || slices.Contains(at.Stack, point), "%s: %s is not at or inside %s\n%s", requestType, at, point, &output)
		require.True(t, slices.ContainsFunc(d.Hypotheses, func(h pythia.Hypothesis) bool {
			return h.Point == point && h.Outcome == pythia.OutcomeHelped
		}), "%s: %s did not help\n%s", requestType, point, &output)
	}
	require.False(t, appendOrder.On() || computeQuote.On(), "%s", &output)
}
