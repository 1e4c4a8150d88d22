package pythia_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func without(t *pythia.Trace, names ...string) *pythia.Trace {
	return t.Without(func(p pythia.TracePointID) bool { return slices.Contains(names, p.Name) })
}

func TestWithout(t *testing.T) {
	full := build(t, span("a", "", 0, 100), span("b", "a", 10, 90), span("c", "b", 20, 80), span("d", "b", 30, 40), span("e", "c", 50, 60))
	require.Same(t, full, without(full))
	require.Same(t, full, without(full, "nothing"))
	require.Nil(t, without(full, "a", "b", "c", "d", "e"))
	require.Equal(t, "a 0-100 (c 20-80 (e 50-60), d 30-40)", shape(without(full, "b")))
	require.Equal(t, "a 0-100 (d 30-40, e 50-60)", shape(without(full, "b", "c")))
	require.Equal(t, "b 10-90 (c 20-80 (e 50-60), d 30-40)", shape(without(full, "a")))
	require.Equal(t, "c 20-80 (e 50-60), d 30-40", shape(without(full, "a", "b")))
	require.Equal(t, "svc a", without(full, "a").RequestType, "it stays what it was")
	require.Equal(t, "a 0-100 (b 10-90 (c 20-80 (e 50-60), d 30-40))", shape(full))
}

// TestWithoutKeepsEvents: a span's events are still there when others are hidden, and are the new trace's own.
func TestWithoutKeepsEvents(t *testing.T) {
	full := build(t, span("a", "", 0, 100, event("begun", 5), event("retried", 50)), span("b", "a", 10, 90, event("hidden", 20)))
	bare := without(full, "b")
	require.Equal(t, []pythia.SpanEvent{{Name: "begun", TimeNanos: 5}, {Name: "retried", TimeNanos: 50}}, bare.Spans[0].Events)
	bare.Spans[0].Events[0].TimeNanos = 7
	require.Equal(t, int64(5), full.Spans[0].Events[0].TimeNanos)
}

// TestWithoutEndsWithWhatIsSeen: a span that never ended lasts as long as what is visible of it.
func TestWithoutEndsWithWhatIsSeen(t *testing.T) {
	full := build(t, span("a", "", 0, 0, unfinished, event("last", 30)), span("b", "a", 10, 90))
	require.Equal(t, "a 0-90 (b 10-90)", shape(full))
	require.Equal(t, "a 0-30", shape(without(full, "b")))
}

// TestWithoutStaysSound: whatever was wrong with a workflow, what is left of it is sound, and hangs below the nearest that is left.
func TestWithoutStaysSound(t *testing.T) {
	for seed := range uint64(300) {
		full := build(t, randomSpans(seed)...)
		hidden := []string{fmt.Sprint("p", seed%6), fmt.Sprint("p", seed%5)}
		bare := without(full, hidden...)
		if bare == nil {
			continue
		}
		requireSound(t, bare)
		place := make(map[string]int)
		for i := range full.Spans {
			place[full.Spans[i].ID] = i
		}
		for i := range bare.Spans {
			p := full.Parent(place[bare.Spans[i].ID])
			for p != pythia.NoParent && slices.Contains(hidden, full.Spans[p].Point.Name) {
				p = full.Parent(p)
			}
			if p == pythia.NoParent {
				require.Equal(t, pythia.NoParent, bare.Parent(i))
			} else {
				require.Equal(t, full.Spans[p].ID, bare.Spans[bare.Parent(i)].ID)
			}
		}
	}
}
