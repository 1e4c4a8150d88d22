package render_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

var onNow = pythia.Cost{Points: 4, SpansPerSecond: 120, BytesPerSecond: 60e3, CPU: 0.002}

func cycle(t *testing.T, c *pythia.Cycle, o render.Options) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, render.Cycle(&b, c, o))
	return b.String()
}

// switched is a trace point that was switched for POST /checkout.
func switched(p pythia.TracePointID, why string, attributes ...string) pythia.Switched {
	return pythia.Switched{Point: p, Attributes: attributes, RequestType: "shop POST /checkout", Why: why}
}

// searching is the explained search before it was.
func searching() *pythia.Diagnosis {
	d := explained()
	d.Stop = ""
	d.Findings[0].Explanations = nil
	d.Findings = append(d.Findings, bimodal())
	d.Findings[1].Location.Point, d.Findings[1].VarianceShare = charge, 0.05
	return d
}

// eventful is a cycle in which all kinds of things happened.
func eventful() *pythia.Cycle {
	return &pythia.Cycle{
		Number: 1204, Time: at(30), Requests: 530, Cost: onNow, Searching: []*pythia.Diagnosis{slow(), searching()},
		Enabled: []pythia.Switched{
			switched(reserve, `inside "POST /checkout", varied most when profiled (sd 28 ms in 60 workflows)`),
			switched(charge, `inside "POST /checkout", varied when profiled (sd 3 ms in 60 workflows)`),
			switched(lock, `nothing explains yet why inventory, "inventory.Reserve" varies`, "cache.shard", "cache.hit"),
			{Point: charge, RequestType: "shop GET /old", Why: "drawn among 7"},
		},
		Disabled:  []pythia.Switched{switched(lock, "it led on"), switched(charge, "it carries 2 % only"), switched(checkout, "it led on")},
		Concluded: []*pythia.Diagnosis{{RequestType: "shop GET /old", Stop: pythia.StopGone}},
		Problems:  []string{"pythia: switching \"a\" off: no\nanswer", "pythia: switching \"a\" off: no\nanswer", "another"},
	}
}

func TestCycleInWhichNothingHappened(t *testing.T) {
	quiet := &pythia.Cycle{Number: 3, Time: at(20), Requests: 5230}
	require.Equal(t, "cycle 3  10:00:20  5,230 requests, no points on\n", cycle(t, quiet, render.Options{}))
	quiet.Cost, quiet.Searching = onNow, []*pythia.Diagnosis{slow()}
	require.Equal(t, "cycle 3  10:00:20  5,230 requests, 4 points on: 120 spans/s, 60 kB/s, 0.002 cores, searching shop GET /\n", cycle(t, quiet, render.Options{Width: 120}))
	require.Equal(t, "cycle 3  10:00:20  5,230 requests, 4 points on, searching shop GET /\n", cycle(t, quiet, render.Options{}))
	require.Equal(t, "cycle 3  10:00:20  5,230 requests, searching shop GET /\n", cycle(t, quiet, render.Options{Width: 60}))
	quiet.Searching = append(quiet.Searching, explained())
	require.Equal(t, "cycle 3  10:00:20  5,230 requests, 4 points on, 2 searches\n", cycle(t, quiet, render.Options{}))
}

func TestCycleOfAProfile(t *testing.T) {
	c := &pythia.Cycle{Number: 3, Time: at(20), Requests: 1, ProfiledOneIn: 1200}
	require.Equal(t, "cycle 3  10:00:20  1 request, no points on\n  one in 1,200 requests is traced fully, to learn what lies where\n", cycle(t, c, render.Options{}))
	c.ProfiledOneIn = 1
	require.Contains(t, cycle(t, c, render.Options{}), "\n  every request is traced fully, to learn what lies where\n")
}

func TestCycleInWhichMuchHappened(t *testing.T) {
	require.Equal(t, `cycle 1,204  10:00:30  530 requests, 4 points on: 120 spans/s, 60 kB/s,
  0.002 cores
  shop GET /old
    ended: it varies no more
    enabled payment Charge: drawn among 7
  shop POST /checkout
    searching: it is bimodal: 93 % of the variation in inventory.Reserve; 5 % in
      payment Charge
    enabled, inside "POST /checkout":
      inventory inventory.Reserve: varied most when profiled (sd 28 ms in 60
          workflows)
      payment Charge: varied when profiled (sd 3 ms in 60 workflows)
    enabled the attributes cache.shard, cache.hit of inventory lock: nothing
        explains yet why inventory, "inventory.Reserve" varies
    disabled, it led on:
      inventory lock
      shop POST /checkout
    disabled payment Charge: it carries 2 % only
  also searching: shop GET /
  problem: pythia: switching "a" off: no; answer (2 times)
  problem: another
`, cycle(t, eventful(), render.Options{}))
}

func TestCycleTellsHowSearchesEnded(t *testing.T) {
	spread := explained()
	spread.Stop = pythia.StopSpread
	c := &pythia.Cycle{Number: 5, Time: at(40), Requests: 530, Concluded: []*pythia.Diagnosis{explained()}}
	require.Equal(t, `cycle 5  10:00:40  530 requests, no points on
  shop POST /checkout
    ended: it is bimodal: cache.shard = 3 on inventory.Reserve (p < 0.001)
    since key-values go along with what varies, and nothing more that could be
      switched on lies inside
`, cycle(t, c, render.Options{}))
	c.Concluded[0] = spread
	require.Equal(t, `cycle 5  10:00:40  530 requests, no points on
  shop POST /checkout
    ended: it is bimodal in many places, none of which carries enough; 93 % in
      inventory.Reserve
`, cycle(t, c, render.Options{}))
}

func TestCycleGivesReasonsOnce(t *testing.T) {
	list := func(whys ...string) string {
		c := &pythia.Cycle{Time: began}
		for i, why := range whys {
			c.Enabled = append(c.Enabled, pythia.Switched{Point: pythia.TracePointID{Name: string(rune('a' + i))}, Why: why})
		}
		_, out, _ := strings.Cut(cycle(t, c, render.Options{}), "a request without a name")
		return out
	}
	require.Equal(t, "\n    enabled a\n", list(""))
	require.Equal(t, "\n    enabled:\n      a\n      b\n", list("", ""))
	require.Equal(t, "\n    enabled, x:\n      a: 1 of 2\n      b\n", list("x: 1 of 2", "x: "))
	require.Equal(t, "\n    enabled, x:\n      a: 1\n      c: 2\n    enabled b: y, 1\n", list("x, 1", "y, 1", "x, 2"), "in order of appearance")
	require.Equal(t, "\n    enabled a: inside \"x, 1\"\n    enabled b: inside \"x, 2\"\n", list(`inside "x, 1"`, `inside "x, 2"`), "names are not taken apart")
}

func TestCycleListsFewProblemsAndSearches(t *testing.T) {
	c := &pythia.Cycle{Time: began}
	for _, name := range "abcdefg" {
		c.Problems = append(c.Problems, string(name))
		c.Searching = append(c.Searching, &pythia.Diagnosis{RequestType: string(name)})
	}
	out := cycle(t, c, render.Options{})
	require.Contains(t, out, "\n  also searching: a, b, c, d and 3 more\n  problem: a\n")
	require.Contains(t, out, "\n  problem: e\n  and 2 more problems\n")
}

func TestCostOfACycle(t *testing.T) {
	for want, c := range map[string]pythia.Cost{
		"1 point on: 0 spans/s, 0 B/s, 0 cores":             {Points: 1},
		"1 point on: 0.3 spans/s, 150 B/s, < 0.0001 cores":  {Points: 1, SpansPerSecond: 0.3, BytesPerSecond: 150, CPU: 6e-7},
		"20 points on: 12,346 spans/s, 6.2 MB/s, 2.5 cores": {Points: 20, SpansPerSecond: 12345.6, BytesPerSecond: 6.17e6, CPU: 2.5},
		"2 points on: 999 spans/s, 1 MB/s, 12 cores":        {Points: 2, SpansPerSecond: 999.4, BytesPerSecond: 999_600, CPU: 12.3},
	} {
		require.Contains(t, unwrapped(cycle(t, &pythia.Cycle{Time: began, Cost: c}, render.Options{Width: 120})), want)
	}
}
