package render_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

// lineOf is the line of the explained diagnosis after a change.
func lineOf(change func(*pythia.Diagnosis, *pythia.Finding)) string {
	d := explained()
	change(d, d.Findings[0])
	return render.Line(d)
}

func TestLineNamesTheExplanation(t *testing.T) {
	require.Equal(t, "POST /checkout is bimodal: cache.shard = 3 on inventory.Reserve (p < 0.001)", render.Line(explained()))
	for want, variable := range map[string]string{
		"POST /checkout is bimodal: x = 3 on payment Charge (p < 0.001)":           "payment Charge: x",            // another service's, known from the hypotheses
		"POST /checkout is bimodal: x = 3 on POST /checkout (p < 0.001)":           "shop POST /checkout: x",       // the request's own service
		"POST /checkout is bimodal: x = 3 on shop elsewhere (p < 0.001)":           "shop elsewhere: x",            // unknown to the diagnosis
		"POST /checkout is bimodal: count of db SELECT = 3 (p < 0.001)":            "count of db SELECT",           // a count is carried by nothing
		"POST /checkout is bimodal: count of kernel: linux fsync = 3 (p < 0.001)":  "count of kernel: linux fsync", // nor is one with a colon
		"POST /checkout is bimodal: key = 3 on kernel: linux sys_read (p < 0.001)": "kernel: linux sys_read: key",
		"POST /checkout is bimodal: bare = 3 (p < 0.001)":                          "bare",
		"POST /checkout is bimodal:  = 3 (p < 0.001)":                              "",
		"POST /checkout is bimodal: cache.shard = 3 on inventory lock (p < 0.001)": "inventory lock: cache.shard",
	} {
		require.Equal(t, want, lineOf(func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Explanations[0].Variable = variable }))
	}
}

func TestLineNamesTheSlowValues(t *testing.T) {
	numbers := func(r ...[4]float64) []pythia.ValueRange { // low, high, seconds, traces
		var out []pythia.ValueRange
		for _, v := range r {
			out = append(out, pythia.ValueRange{Low: v[0], High: v[1], Seconds: v[2], Traces: int(v[3])})
		}
		return out
	}
	categories := func(seconds map[string]float64, order ...string) []pythia.ValueRange {
		var out []pythia.ValueRange
		for _, c := range order {
			out = append(out, pythia.ValueRange{Category: c, Seconds: seconds[c], Traces: 10})
		}
		return out
	}
	of := map[string]float64{"a": 1, "b": 1.1, "c": 5, "d": 5.1, "e": 5.2, "f": 5.3}
	for _, c := range []struct {
		want   string
		ranges []pythia.ValueRange
	}{
		{"k ≥ 12", numbers([4]float64{0, 3, 1, 50}, [4]float64{12, 40, 9, 50})},
		{"k = 3", numbers([4]float64{0, 2, 1, 50}, [4]float64{3, 3, 9, 50})},
		{"k ≤ 2", numbers([4]float64{0, 2, 9, 50}, [4]float64{3, 8, 1, 50})},
		{"k = 4 to 6", numbers([4]float64{0, 3, 1, 9}, [4]float64{4, 6, 9, 9}, [4]float64{7, 9, 1, 9})},
		{"k = −3 or ≥ 7", numbers([4]float64{-3, -3, 9, 9}, [4]float64{4, 6, 1, 9}, [4]float64{7, 9, 9, 9})},
		{"k ≥ 1", numbers([4]float64{0, 0, 1, 90}, [4]float64{1, 2, 8, 40}, [4]float64{3, 5, 9, 40})},
		{"k ≥ 1", numbers([4]float64{0, 0, 9.1, 60}, [4]float64{1, 2, 14.6, 49}, [4]float64{3, 5, 19.7, 9})}, // few requests weigh little
		{"k = c", categories(of, "a", "b", "c")},
		{"k = d or c", categories(of, "a", "b", "c", "d")},
		{"k = e, d or c", categories(of, "a", "b", "c", "d", "e")},
		{"k = f, e, d or 1 more", categories(of, "a", "b", "c", "d", "e", "f")},
		{"k ≠ a", categories(of, "a", "c", "d", "e", "f")},
		{"greater k", numbers([4]float64{0, 9, 1, 50})},
		{"greater k", numbers([4]float64{0, 2, 1, 50}, [4]float64{3, 9, 1, 50})},
		{"greater k", numbers([4]float64{0, 2, math.NaN(), 50}, [4]float64{3, 9, math.Inf(1), 50})},
		{"greater k", nil},
		{"k ≥ ?", numbers([4]float64{0, 2, -1e308, 0}, [4]float64{math.NaN(), 9, 1e308, -5})},
	} {
		got := lineOf(func(_ *pythia.Diagnosis, f *pythia.Finding) {
			f.Explanations[0] = pythia.Explanation{Variable: "k", Direction: 1, P: 0.001, Ranges: c.ranges}
		})
		require.Equal(t, "POST /checkout is bimodal: "+c.want+" (p = 0.001)", got)
	}
	require.Equal(t, "POST /checkout is bimodal: smaller k (p unknown)", lineOf(func(_ *pythia.Diagnosis, f *pythia.Finding) {
		f.Explanations[0] = pythia.Explanation{Variable: "k", Direction: -1, P: math.NaN()}
	}))
}

func TestLineNamesThePlace(t *testing.T) {
	for want, change := range map[string]func(*pythia.Diagnosis, *pythia.Finding){
		"POST /checkout varies by 48 %: 93 % of it in inventory.Reserve":        func(*pythia.Diagnosis, *pythia.Finding) {},
		"POST /checkout is bimodal: 93 % of the variation in inventory.Reserve": func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Reason = pythia.ReasonMultimodal },
		"POST /checkout varies by 48 %: 93 % of it in payment Charge":           func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Location.Point = charge },
		"POST /checkout varies by 48 %: 93 % of it in POST /checkout":           func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Location.Point = checkout },
		"POST /checkout varies by 48 %: 93 % of it in kernel: shop fsync": func(_ *pythia.Diagnosis, f *pythia.Finding) {
			f.Location.Point = pythia.TracePointID{Layer: pythia.LayerKernel, Scope: "shop", Name: "fsync"}
		},
		"POST /checkout varies by 48 %: 93 % of it in the client":                                           func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Location = pythia.Location{} },
		"POST /checkout varies by 48 %: 93 % of it in inventory.Reserve around its calls to other services": func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Location.Callees = []string{"a", "b"} },
		"POST /checkout varies by 48 %: 93 % of it in the call from inventory to an unknown service":        func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Location.Kind = pythia.LocationCall },
		`POST /checkout varies by 48 %: 93 % of it in inventory between the start of "inventory.Reserve" and the end of the workflow`: func(_ *pythia.Diagnosis, f *pythia.Finding) {
			f.Location.Kind, f.Location.To = pythia.LocationGap, pythia.Event{End: true}
		},
		"POST /checkout varies: in inventory.Reserve": func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Group, f.VarianceShare = nil, math.NaN() },
		"POST /checkout is multimodal with 3 modes: 93 % of the variation in inventory.Reserve": func(_ *pythia.Diagnosis, f *pythia.Finding) {
			f.Reason, f.Group.Modes = pythia.ReasonMultimodal, make([]pythia.Mode, 3)
		},
		"POST /checkout is multimodal: 93 % of the variation in inventory.Reserve": func(_ *pythia.Diagnosis, f *pythia.Finding) {
			f.Reason, f.Group = pythia.ReasonMultimodal, nil
		},
		"POST /checkout has changed: 93 % of the variation in inventory.Reserve": func(_ *pythia.Diagnosis, f *pythia.Finding) { f.Reason = pythia.ReasonChanged },
		"POST /checkout is always slow: in inventory.Reserve": func(_ *pythia.Diagnosis, f *pythia.Finding) {
			f.Reason, f.Groups = pythia.ReasonConsistentlySlow, 2
		},
		"POST /checkout takes 1.0 s, before it took 100 ms: 81 % of the time in inventory.Reserve": func(d *pythia.Diagnosis, f *pythia.Finding) {
			f.Reason, f.TimeShare, f.Group.MeanSeconds = pythia.ReasonConsistentlySlow, 0.81, 1
			d.Before = pythia.Before{Traces: 50, MeanSeconds: 0.1}
		},
		"POST /checkout is always slow: 81 % of the time in inventory.Reserve": func(_ *pythia.Diagnosis, f *pythia.Finding) {
			f.Reason, f.TimeShare, f.Group.MeanSeconds = pythia.ReasonConsistentlySlow, 0.81, 1
		},
	} {
		require.Equal(t, want, lineOf(func(d *pythia.Diagnosis, f *pythia.Finding) {
			d.Stop, f.Reason, f.Explanations = pythia.StopLeaf, pythia.ReasonHighVariance, nil
			change(d, f)
		}))
	}
}

func TestLineSaysHowTheSearchStands(t *testing.T) {
	const found = "POST /checkout is bimodal: cache.shard = 3 on inventory.Reserve (p < 0.001)"
	for stop, want := range map[pythia.StopReason]string{
		"":                      found + " (the search goes on)",
		pythia.StopLeaf:         found,
		pythia.StopUnaffordable: found + "; what lies inside is beyond the budget",
		pythia.StopTooFew:       found + "; too few requests came to go on",
		pythia.StopSpread:       "POST /checkout is bimodal in many places, none of which carries enough",
		pythia.StopGone:         "POST /checkout varies no more",
		"unheard of":            found,
	} {
		require.Equal(t, want, lineOf(func(d *pythia.Diagnosis, _ *pythia.Finding) { d.Stop = stop }))
	}
	require.Equal(t, "POST /checkout is being looked into (the search goes on)", render.Line(&pythia.Diagnosis{RequestType: "shop POST /checkout"}))
	require.Equal(t, "a request without a name is being looked into (the search goes on)", render.Line(&pythia.Diagnosis{}))
	require.Equal(t, "x was looked into and no place found", render.Line(&pythia.Diagnosis{RequestType: "x", Stop: pythia.StopLeaf}))
}

func TestLineShowsRoutesWithoutTheirService(t *testing.T) {
	for requestType, want := range map[string]string{
		"shop POST /checkout": "POST /checkout", "my shop GET /a/{id}": "GET /a/{id}", "GET /": "GET /", "shop oteldemo.Cart/Add": "shop oteldemo.Cart/Add",
		"shop process orders": "shop process orders", "shop FORGET /me": "shop FORGET /me",
	} {
		require.Equal(t, want+" varies no more", render.Line(&pythia.Diagnosis{RequestType: requestType, Stop: pythia.StopGone}))
	}
}
