package groupingtest_test

import (
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/grouping"
	"github.com/pythia-trace/pythia/grouping/groupingtest"
)

func TestAllGroupers(t *testing.T) {
	for name, g := range map[string]pythia.Grouper{
		"request type":        grouping.ByRequestType{},
		"services":            grouping.ByServices{},
		"trace points":        grouping.ByTracePoints{},
		"critical path":       grouping.ByCriticalPath{},
		"answered":            grouping.ByCriticalPath{Measure: pythia.UntilAnswered},
		"finest":              grouping.Finest{},
		"attribute":           grouping.ByAttribute{Key: "tenant"},
		"attribute of finest": grouping.ByAttribute{Key: "tenant", Within: grouping.Finest{}},
	} {
		t.Run(name, func(t *testing.T) { groupingtest.Conformance(t, g) })
	}
}

// group makes a grouper of a function.
type group func(*pythia.Trace) pythia.GroupKey

func (g group) Group(t *pythia.Trace) (pythia.GroupKey, bool) { return g(t), true }

var calls atomic.Int64

// broken are groupers that break one rule each.
var broken = map[string]group{
	"same key":           func(*pythia.Trace) pythia.GroupKey { return pythia.NewGroupKey(fmt.Sprint(calls.Add(1))) },
	"workflow unchanged": func(t *pythia.Trace) pythia.GroupKey { t.Spans[0].ID = "mine"; return "" },
	"levels":             func(t *pythia.Trace) pythia.GroupKey { return pythia.NewGroupKey(make([]string, len(t.Spans))...) },
	"odd workflows": func(t *pythia.Trace) pythia.GroupKey {
		return pythia.NewGroupKey(t.Spans[0].Point.Scope[:1])
	},
}

const brokenVariable = "GROUPINGTEST_BROKEN"

func TestBroken(t *testing.T) {
	rule := os.Getenv(brokenVariable)
	if rule == "" {
		return // it fails on purpose, for TestTheKitFails
	}
	groupingtest.Conformance(t, broken[rule])
}

// TestTheKitFails runs the kit on the broken groupers, in processes of their own.
func TestTheKitFails(t *testing.T) {
	for rule := range broken {
		child := exec.Command(os.Args[0], "-test.run", "^TestBroken$/^"+rule+"$")
		child.Env = append(os.Environ(), brokenVariable+"="+rule)
		out, err := child.CombinedOutput()
		require.Error(t, err, rule)
		require.Contains(t, string(out), "--- FAIL: TestBroken", rule)
	}
}

func ExampleConformance() {
	// In a test of your own:
	_ = func(t *testing.T) {
		groupingtest.Conformance(t, grouping.ByAttribute{Key: "tenant"})
	}
	// Output:
}
