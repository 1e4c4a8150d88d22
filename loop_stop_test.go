package pythia_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// requireReported checks that the report has a diagnosis that ended for the reason.
func (r *loopRun) requireReported(why pythia.StopReason) *pythia.Diagnosis {
	r.Helper()
	report, err := r.engine.Report(r.Context())
	require.NoError(r, err)
	for _, d := range report.Diagnoses {
		if d.Stop == why {
			require.False(r, d.Ended.IsZero())
			require.False(r, d.Started.After(d.Ended))
			return d
		}
	}
	require.Fail(r, "not reported", "%s: %s", why, r.log())
	return nil
}

// requireReadAway checks that what is on goes off in the step after the report.
func (r *loopRun) requireReadAway() {
	r.Helper()
	c := r.step()
	for _, s := range c.Disabled {
		require.Equal(r, "it was reported", s.Why)
	}
	require.Empty(r, r.on(), r.log())
	require.Zero(r, c.Cost)
}

// TestLoopStopsExplained: the hypotheses say what helped and what did not, before and after, on how many requests, and why it went off.
func TestLoopStopsExplained(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	r.concluded(15)
	require.Equal(t, []string{"a21"}, r.on(), "what explains stays until it is reported")
	for range 5 {
		r.step()
	}
	require.Equal(t, []string{"a21"}, r.on())
	require.Equal(t, []string{"n"}, r.AttributesOn(loopPoint("a21")))
	d := r.requireReported(pythia.StopExplained)
	require.Equal(t, "shop a21: n", d.Findings[0].Explanations[0].Variable)
	helped, useless, asked := hypothesis(t, d, "a2"), hypothesis(t, d, "a1"), hypothesis(t, d, "a21", "n")
	require.Equal(t, pythia.OutcomeHelped, helped.Outcome)
	require.Greater(t, helped.Before, 0.9)
	require.Greater(t, helped.After, 0.9)
	require.GreaterOrEqual(t, helped.Requests, 50)
	require.Equal(t, "it led on", helped.WhyDisabled)
	require.Contains(t, helped.Why, `inside "GET /a"`)
	require.Equal(t, pythia.OutcomeNoHelp, useless.Outcome)
	require.Less(t, useless.After, 0.1)
	require.Equal(t, "it carries 0 % only", useless.WhyDisabled)
	require.Equal(t, pythia.OutcomeHelped, asked.Outcome)
	require.Greater(t, asked.After, 0.9)
	require.True(t, asked.On())
	for _, h := range d.Hypotheses {
		require.False(t, h.Enabled.IsZero())
		require.True(t, h.On() || h.Disabled.After(h.Enabled))
	}
	r.requireReadAway()
	require.Empty(t, r.AttributesOn(loopPoint("a21")))
	require.False(t, d.Hypotheses[0].Disabled.IsZero() && d.Hypotheses[0].On() != helped.On(), "a report does not change any more")
}

// TestLoopStopsAtTheLeaf: nothing explains the variation.
func TestLoopStopsAtTheLeaf(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a22")
	slow := r.slow["a22"]
	r.slow["a22"] = func(g *rand.Rand) (time.Duration, float64) { d, _ := slow(g); return d, g.Float64() }
	d := r.concluded(15)
	require.Equal(t, pythia.StopLeaf, d.Stop)
	require.Equal(t, loopPoint("a22"), d.Findings[0].Location.Point)
	require.Equal(t, pythia.OutcomeNoHelp, hypothesis(t, d, "a22", "n").Outcome)
	r.requireReported(pythia.StopLeaf)
	r.requireReadAway()
}

// TestLoopStopsForWantOfRequests: those that the points wait for do not come any more.
func TestLoopStopsForWantOfRequests(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.Patience = 4 })
	r.bimodal("a21")
	r.until(5, func(c *pythia.Cycle) bool { return len(c.Enabled) > 0 })
	r.perSec["GET /a"] = 0
	for range 4 {
		require.Empty(t, r.step().Concluded)
		require.NotEmpty(t, r.on())
	}
	require.Len(t, r.step().Concluded, 1)
	d := r.requireReported(pythia.StopTooFew)
	require.Equal(t, pythia.OutcomeTooFew, hypothesis(t, d, "a1").Outcome)
	require.Equal(t, "too few requests came", hypothesis(t, d, "a1").WhyDisabled)
	require.Empty(t, r.on())
}

// TestLoopStopsWhenItIsGone: the variation ends in the middle of a search.
func TestLoopStopsWhenItIsGone(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.Window = time.Minute })
	r.warmUp()
	r.bimodal("a21")
	r.until(10, func(c *pythia.Cycle) bool { return len(c.Enabled) > 0 })
	delete(r.slow, "a21")
	d := r.concluded(10)
	require.Contains(t, []pythia.StopReason{pythia.StopGone, pythia.StopSpread}, d.Stop, r.log())
	r.requireReported(d.Stop)
	require.Empty(t, r.on(), r.log())
}

// TestLoopLetsGoWhenItIsGone: the search has ended, nobody has read the report, and the cause goes away.
func TestLoopLetsGoWhenItIsGone(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.warmUp()
	r.bimodal("a21")
	r.concluded(15)
	require.Equal(t, []string{"a21"}, r.on())
	delete(r.slow, "a21")
	r.until(20, func(*pythia.Cycle) bool { return len(r.on()) == 0 })
	require.Equal(t, "the variation is gone", r.cycles[len(r.cycles)-1].Disabled[0].Why)
	r.requireReported(pythia.StopExplained)
}

// TestLoopBeginsAnewWhenItGetsWorse: another place begins to vary more than what was found.
func TestLoopBeginsAnewWhenItGetsWorse(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.warmUp()
	r.bimodal("a21")
	r.concluded(15)
	r.slow["a3"] = func(g *rand.Rand) (time.Duration, float64) {
		return time.Duration(g.IntN(2)) * 500 * time.Millisecond, 0
	}
	d := r.concluded(25)
	require.Equal(t, loopPoint("a3"), d.Findings[0].Location.Point, r.log())
	require.NotContains(t, r.on(), "a21")
}

// TestLoopStopsWhenItIsSpread: in the middle of the search, all begin to carry a bit, and none enough.
func TestLoopStopsWhenItIsSpread(t *testing.T) {
	a := newLoopApp(t)
	a.perSec = map[string]int{"GET /c": 10}
	r := newLoopRun(t, a, func(c *pythia.Config) { c.Loop.MinShare = 0.5 })
	r.warmUp()
	r.bimodal("c1")
	r.until(10, func(c *pythia.Cycle) bool { return len(c.Enabled) > 0 })
	for _, name := range []string{"c1", "c2", "c3", "c4"} {
		r.slow[name] = func(g *rand.Rand) (time.Duration, float64) { return time.Duration(30e6 * g.ExpFloat64()), 0 }
	}
	d := r.concluded(20)
	require.Equal(t, pythia.StopSpread, d.Stop, r.log())
	require.NotEmpty(t, d.Findings, "the places are named all the same")
	require.LessOrEqual(t, len(d.Findings), 3)
	r.requireReported(pythia.StopSpread)
	require.Empty(t, r.on(), r.log())
}

// TestLoopExplainsByWhatIsAlwaysOn: attributes of an always-on point, which is on already and costs nothing.
func TestLoopExplainsByWhatIsAlwaysOn(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("GET /a")
	d := r.concluded(15)
	require.Equal(t, pythia.StopExplained, d.Stop, r.log())
	require.Equal(t, "shop GET /a: n", d.Findings[0].Explanations[0].Variable)
	require.True(t, r.On(loopPoint("GET /a")))
	require.Equal(t, pythia.Selection{}, r.Selection(loopPoint("GET /a")))
	require.Equal(t, []string{"n"}, r.AttributesOn(loopPoint("GET /a")))
	r.requireReported(pythia.StopExplained)
	r.requireReadAway()
	require.Empty(t, r.AttributesOn(loopPoint("GET /a")))
	require.True(t, r.On(loopPoint("GET /a")))
}

// TestLoopReportIsPlainData: it does not change while the loop goes on.
func TestLoopReportIsPlainData(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	var reports []*pythia.Report
	var texts []string
	for range 8 {
		r.step()
		report, err := r.engine.Report(t.Context())
		require.NoError(t, err)
		reports, texts = append(reports, report), append(texts, cyclesJSON(t, report.Diagnoses))
	}
	for i, report := range reports {
		require.Equal(t, texts[i], cyclesJSON(t, report.Diagnoses), "report %d", i)
	}
}

// TestLoopNamesThePlacesItIsSpreadOver: the variation lies in a2, half of it in each of its parts, which is too little for either.
func TestLoopNamesThePlacesItIsSpreadOver(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.MinShare = 0.6 })
	r.warmUp()
	for _, name := range []string{"a21", "a22"} {
		r.slow[name] = func(g *rand.Rand) (time.Duration, float64) { return time.Duration(30e6 * g.ExpFloat64()), 0 }
	}
	d := r.concluded(20)
	require.Equal(t, pythia.StopSpread, d.Stop)
	require.ElementsMatch(t, []pythia.TracePointID{loopPoint("a21"), loopPoint("a22")}, []pythia.TracePointID{d.Findings[0].Location.Point, d.Findings[1].Location.Point})
	require.Empty(t, r.on())
}

// TestLoopSearchesAgainWhatComesBack: the fault was reported, mended, and is there again.
func TestLoopSearchesAgainWhatComesBack(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.perSec["GET /a"] = 150 // enough for what is normal to be settled
	r.warmUp()
	for range 2 {
		r.bimodal("a21")
		d := r.concluded(25)
		require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
		r.requireReported(pythia.StopExplained)
		r.step()
		delete(r.slow, "a21")
		for range 25 {
			r.step()
		}
	}
}
