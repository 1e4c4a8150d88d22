package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestTheSemaphoreIsFound(t *testing.T) {
	var output, again strings.Builder
	s, err := run(t.Context(), &output)
	require.NoError(t, err, "%s", &output)

	require.Equal(t, "server_create", s.varying())
	for _, other := range s.types[1:] {
		require.Greater(t, other.CoV, s.types[0].CoV)
	}
	found := s.found()
	require.Equal(t, pythia.StopExplained, found.Stop)
	first := found.Findings[0]
	require.Equal(t, buildSemaphore, first.Location.Point)
	require.InDelta(t, 0.83, first.VarianceShare, 0.03)
	why := first.Explanations[0]
	require.Equal(t, "nova-compute build_semaphore: build_semaphore.queue_length", why.Variable)
	require.Len(t, why.Ranges, 3)
	for i, seconds := range []float64{9.3, 15.0, 19.5} {
		require.InDelta(t, seconds, why.Ranges[i].Seconds, 0.2)
	}
	require.LessOrEqual(t, cyclesToThePlace(s), 4)
	require.NotEmpty(t, asked(found), "nobody told Pythia the length of the queue")
	ever, _ := switched(found)
	require.LessOrEqual(t, float64(s.census().At(ever)), 0.08*float64(s.census().Contexts))

	for line := range strings.Lines(output.String()) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), columns, line)
	}
	_, err = run(t.Context(), &again)
	require.NoError(t, err)
	require.Equal(t, output.String(), again.String())
	requireInREADME(t, output.String())
}

// requireInREADME holds the first code block to what the program prints, and what the project's own README shows of it.
func requireInREADME(t *testing.T, output string) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, block, _ := strings.Cut(string(readme), "\n```\n")
	block, _, _ = strings.Cut(block, "```\n")
	require.Equal(t, output, block, "README.md: put the output of go run ./examples/openstack there")

	readme, err = os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, shown, _ := strings.Cut(string(readme), "    A real OpenStack:")
	shown, _, _ = strings.Cut("    A real OpenStack:"+shown, "\n\nWhat could be")
	for line := range strings.Lines(shown) {
		if line = strings.TrimPrefix(strings.TrimRight(line, "\n"), "    "); line != "..." {
			require.Contains(t, output, line, "the project's README.md shows what the program does not print")
		}
	}
}

var buildSemaphore = pythia.TracePointID{Scope: "nova-compute", Name: "build_semaphore"}

// cyclesToThePlace counts from the first decision about the requests to the one that knows the place.
func cyclesToThePlace(s *study) (n int) {
	for _, c := range s.cycles {
		for _, d := range slices.Concat(c.Searching, c.Concluded) {
			if d.RequestType != s.varying() || len(d.Findings) == 0 {
				continue
			}
			n++
			if d.Findings[0].Location.Point == buildSemaphore {
				return n
			}
		}
	}
	return n
}

// asked returns the attributes of the semaphore that were switched on.
func asked(d *pythia.Diagnosis) (attributes []string) {
	for _, h := range d.Hypotheses {
		if h.Point == buildSemaphore {
			attributes = append(attributes, h.Attributes...)
		}
	}
	return attributes
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := run(ctx, new(strings.Builder))
	require.ErrorIs(t, err, context.Canceled)
}
