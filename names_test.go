package pythia_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestValue(t *testing.T) {
	for _, c := range []struct {
		value    pythia.Value
		text     string
		number   float64
		isNumber bool
	}{
		{pythia.Value{}, "", 0, false},
		{pythia.StringValue("x"), "x", 0, false},
		{pythia.StringValue("12"), "12", 0, false},
		{pythia.NumberValue(0), "0", 0, true},
		{pythia.NumberValue(-1.5), "-1.5", -1.5, true},
		{pythia.NumberValue(200), "200", 200, true},
		{pythia.NumberValue(math.Inf(1)), "+Inf", math.Inf(1), true},
	} {
		require.Equal(t, c.text, c.value.String())
		number, isNumber := c.value.Number()
		require.Equal(t, c.isNumber, isNumber)
		require.Equal(t, c.number, number)
	}
	for _, b := range []bool{true, false} {
		_, isNumber := pythia.BoolValue(b).Number()
		require.False(t, isNumber)
	}
	require.Equal(t, "true false", pythia.BoolValue(true).String()+" "+pythia.BoolValue(false).String())
	require.Equal(t, pythia.StringValue(""), pythia.Value{})
}

func TestSpanAttr(t *testing.T) {
	s := pythia.Span{
		Attrs:   pythia.AttrsOf(pythia.Number("n", 1), pythia.Number("n", 2), pythia.String("both", "span"), pythia.Bool("b", true)),
		Process: &pythia.Process{Attrs: []pythia.Attr{pythia.String("both", "process"), pythia.String("region", "eu")}},
	}
	for key, want := range map[string]string{"n": "1", "both": "span", "b": "true", "region": "eu"} {
		v, ok := s.Attr(key)
		require.True(t, ok)
		require.Equal(t, want, v.String())
	}
	_, ok := s.Attr("gone")
	require.False(t, ok)
	_, ok = (&pythia.Span{}).Attr("gone")
	require.False(t, ok)
}

func TestTracePointIDString(t *testing.T) {
	for want, p := range map[string]pythia.TracePointID{
		"":                             {},
		"tick":                         {Name: "tick"},
		"cart GET /cart":               {Scope: "cart", Name: "GET /cart"},
		"kernel: linux sys_enter_read": {Layer: pythia.LayerKernel, Scope: "linux", Name: "sys_enter_read"},
		"hypervisor: kvm_exit":         {Layer: pythia.LayerHypervisor, Name: "kvm_exit"},
	} {
		require.Equal(t, want, p.String())
	}
}

func TestTracePointIDCompare(t *testing.T) {
	ordered := []pythia.TracePointID{
		{}, {Name: "a"}, {Name: "b"}, {Scope: "a"}, {Scope: "a", Name: "z"}, {Scope: "b", Name: "a"},
		{Layer: pythia.LayerKernel}, {Layer: pythia.LayerHypervisor},
	}
	for i, p := range ordered {
		for j, q := range ordered {
			switch c := p.Compare(q); {
			case i < j:
				require.Negative(t, c)
			case i > j:
				require.Positive(t, c)
			default:
				require.Zero(t, c)
			}
		}
	}
	require.True(t, slices.IsSortedFunc(ordered, pythia.TracePointID.Compare))
}

func TestEnumStrings(t *testing.T) {
	require.Equal(t, "app kernel hypervisor unknown",
		pythia.LayerApp.String()+" "+pythia.LayerKernel.String()+" "+pythia.LayerHypervisor.String()+" "+pythia.Layer(9).String())
	kinds := map[string]bool{}
	for k := pythia.KindInternal; k <= pythia.KindConsumer; k++ {
		kinds[k.String()] = true
	}
	require.Equal(t, map[string]bool{"internal": true, "server": true, "client": true, "producer": true, "consumer": true}, kinds)
	require.Equal(t, "internal", pythia.SpanKind(99).String())
	repairs := map[string]bool{}
	for r := pythia.RepairMissingParent; r <= pythia.RepairSplitTrace; r++ {
		repairs[r.String()] = true
	}
	require.Len(t, repairs, 12)
	require.NotContains(t, repairs, "")
	require.True(t, repairs["clock_skew"] && repairs["split_trace"])
	require.Equal(t, "unknown", pythia.Repair(99).String())
	require.Equal(t, "work_done answered", pythia.UntilWorkDone.String()+" "+pythia.UntilAnswered.String())
}

func TestEventString(t *testing.T) {
	p := pythia.TracePointID{Scope: "cart", Name: "add"}
	for want, e := range map[string]pythia.Event{
		"start of cart add":     {Point: p},
		"end of cart add":       {Point: p, End: true},
		"start of the workflow": {},
		"end of the workflow":   {End: true},
	} {
		require.Equal(t, want, e.String())
	}
}

func TestLocationString(t *testing.T) {
	p := pythia.TracePointID{Scope: "cart", Name: "add"}
	for want, l := range map[string]pythia.Location{
		`cart, "add"`:                                       {Kind: pythia.LocationSpan, Point: p},
		`the call from cart to stock in "add"`:              {Kind: pythia.LocationCall, Point: p, Callee: "stock"},
		`the call from cart to an unknown service in "add"`: {Kind: pythia.LocationCall, Point: p},
		`nothing is instrumented in cart from the start of cart add to the end of the workflow`: {
			Kind: pythia.LocationGap, Point: p, From: pythia.Event{Point: p}, To: pythia.Event{End: true},
		},
		`nothing is instrumented in the client from the start of the workflow to the end of the workflow`: {
			Kind: pythia.LocationGap, To: pythia.Event{End: true},
		},
	} {
		require.Equal(t, want, l.String())
	}
}

func TestGroupKey(t *testing.T) {
	key := pythia.NewGroupKey("GET /cart", "services:2", "points:5")
	require.Equal(t, []string{"GET /cart", "services:2", "points:5"}, key.Levels())
	require.Equal(t, "GET /cart | services:2 | points:5", key.String())
	require.Equal(t, pythia.NewGroupKey("GET /cart"), key.Truncate(1))
	require.Equal(t, pythia.NewGroupKey("GET /cart", "services:2"), key.Truncate(2))
	require.Equal(t, key, key.Truncate(3))
	require.Equal(t, key, key.Truncate(99))
	require.Equal(t, pythia.GroupKey(""), key.Truncate(0))
	require.NotEqual(t, pythia.NewGroupKey("a", "b"), pythia.NewGroupKey("a | b"))
	require.Equal(t, []string{"", ""}, pythia.NewGroupKey("", "").Levels())
}
