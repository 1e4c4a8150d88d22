package pythia_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

// save returns what an Engine saves.
func save(t *testing.T, e *pythia.Engine) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, e.Save(&b))
	return b.Bytes()
}

// restart replaces the Engine by one that has restored what the old one saved. What was on goes off meanwhile, as if its leases had ended.
func (r *loopRun) restart(settings ...func(*pythia.Config)) {
	r.Helper()
	saved := save(r.T, r.engine)
	for _, name := range r.on() {
		require.NoError(r, r.leases.Disable(r.Context(), loopPoint(name)))
	}
	r.engine = newLoopEngine(r.T, r.loopApp, append([]func(*pythia.Config){func(c *pythia.Config) { c.Loop.Space = new(searchspace.CCT) }}, settings...)...)
	require.NoError(r, r.engine.Restore(bytes.NewReader(saved)))
}

// TestLoopGoesOnAfterARestart restarts after any number of steps: the search finds what it would have found, and tries nothing twice.
func TestLoopGoesOnAfterARestart(t *testing.T) {
	for after := range 8 {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			r := newLoopRun(t, newLoopApp(t))
			r.bimodal("a21")
			for range after {
				r.step()
			}
			on := r.on()
			r.restart()
			require.Empty(t, r.on())
			if len(on) > 0 {
				c := r.step()
				require.Equal(t, after+1, c.Number)
				require.Equal(t, on, r.on(), "what was on is on again\n%s", r.log())
			}
			if r.diagnosisOrNil() == nil || r.diagnosisOrNil().Stop == "" {
				r.concluded(20)
			}
			d := r.diagnosisOrNil()
			require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
			require.Equal(t, pythia.StopExplained, d.Stop)
			tried := make(map[string]int)
			for _, h := range d.Hypotheses {
				tried[fmt.Sprint(h.Point, h.Attributes)]++
			}
			for what, n := range tried {
				require.Equal(t, 1, n, what)
			}
			require.Equal(t, pythia.OutcomeNoHelp, hypothesis(t, d, "a1").Outcome)
			require.Equal(t, pythia.OutcomeHelped, hypothesis(t, d, "a2").Outcome)
		})
	}
}

func (r *loopRun) diagnosisOrNil() *pythia.Diagnosis {
	report, err := r.engine.Report(r.Context())
	require.NoError(r, err)
	if len(report.Diagnoses) == 0 {
		return nil
	}
	return report.Diagnoses[len(report.Diagnoses)-1]
}

// TestLoopRestoresWhatItHasSaved: what is saved after restoring is what was saved before, but for what is on.
func TestLoopRestoresWhatItHasSaved(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.perSec["GET /b"] = 10
	r.warmUp()
	before, err := r.engine.Report(t.Context())
	require.NoError(t, err)
	want := save(t, r.engine)
	r.restart()
	require.Equal(t, len(want), len(save(t, r.engine)))
	a, err := r.engine.Report(t.Context())
	require.NoError(t, err)
	require.Equal(t, noneAsNull(cyclesJSON(t, before.Diagnoses)), noneAsNull(cyclesJSON(t, a.Diagnoses)))
	require.Equal(t, cyclesJSON(t, before.Groups), cyclesJSON(t, a.Groups), "the windows are restored too")
	require.Equal(t, cyclesJSON(t, before.Findings), cyclesJSON(t, a.Findings))
	require.Equal(t, 13, r.step().Number)
}

// noneAsNull ignores the difference between no and nil explanations.
func noneAsNull(text string) string {
	return strings.ReplaceAll(text, `"Explanations": []`, `"Explanations": null`)
}

// TestLoopRestartChangesNothingAtRest: with nothing on, the cycles go on as they would have.
func TestLoopRestartChangesNothingAtRest(t *testing.T) {
	run := func(restart bool) string {
		r := newLoopRun(t, newLoopApp(t))
		r.warmUp()
		if restart {
			r.restart()
		}
		r.step()
		r.bimodal("a21")
		r.cycles = nil
		r.concluded(20)
		var what string
		for _, c := range r.cycles {
			what += cyclesJSON(t, []any{c.Enabled, c.Disabled, c.Searching, c.Concluded})
		}
		return what
	}
	require.Equal(t, run(false), run(true))
}

// TestLoopForgetsWhatIsOld: a state of yesterday brings no requests of yesterday.
func TestLoopForgetsWhatIsOld(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.warmUp()
	saved := save(t, r.engine)
	r.clock.Advance(24 * time.Hour)
	e := newLoopEngine(t, r.loopApp)
	require.NoError(t, e.Restore(bytes.NewReader(saved)))
	report, err := e.Report(t.Context())
	require.NoError(t, err)
	require.Empty(t, report.Groups)
}

// TestLoopRefusesWhatIsNoState, and nothing changes.
func TestLoopRefusesWhatIsNoState(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	for range 4 {
		r.step()
	}
	saved := save(t, r.engine)
	on := r.on()
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("hello"), "truncated": saved[:len(saved)-1], "half": saved[:len(saved)/2], "noise": bytes.Repeat([]byte{0xff}, 1000),
	} {
		err := r.engine.Restore(bytes.NewReader(data))
		require.ErrorContains(t, err, "pythia: restoring the state, which a new start without it mends", name)
	}
	require.Equal(t, saved, save(t, r.engine))
	require.Equal(t, on, r.on())
	d := r.concluded(15)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point)
}

// TestLoopSurvivesAnyState: whatever is taken for a state, the loop goes on with it.
func TestLoopSurvivesAnyState(t *testing.T) {
	a := newLoopApp(t)
	r := newLoopRun(t, a)
	r.bimodal("a21")
	var states [][]byte
	for range 6 {
		r.step()
		states = append(states, save(t, r.engine))
	}
	taken := 0
	for i, saved := range states {
		for j := i; j < len(saved); j += 1 + len(saved)/50 {
			damaged := bytes.Clone(saved)
			damaged[j] ^= 1 << (j % 8)
			e := newLoopEngine(t, a, func(c *pythia.Config) { c.Loop.Space = new(searchspace.CCT) })
			if e.Restore(bytes.NewReader(damaged)) != nil {
				continue
			}
			taken++
			for range 2 {
				a.run(loopInterval, e.Observe)
				_, err := e.Step(t.Context())
				require.NoError(t, err)
				_, err = e.Report(t.Context())
				require.NoError(t, err)
			}
		}
	}
	t.Log(taken, "damaged states were taken")
}

// TestLoopRestoredOverARunningOne switches off what the running one has on.
func TestLoopRestoredOverARunningOne(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	empty := save(t, r.engine)
	r.bimodal("a21")
	r.until(5, func(*pythia.Cycle) bool { return len(r.on()) > 0 })
	require.NoError(t, r.engine.Restore(bytes.NewReader(empty)))
	r.step()
	require.Empty(t, r.on())
}

func TestLoopWithoutControllerHasNoState(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop = pythia.LoopConfig{} })
	require.Error(t, r.engine.Save(new(bytes.Buffer)))
	require.Error(t, r.engine.Restore(new(bytes.Buffer)))
	_, err := r.engine.Step(t.Context())
	require.Error(t, err)
	require.Error(t, r.engine.Run(t.Context()))
}

// loopFor runs the Engine with real steps for so many cycles. Each brings the requests of an interval.
func (r *loopRun) runFor(cycles int, settings ...func(*pythia.Config)) error {
	r.Helper()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	r.cycles = nil
	each := func(c *pythia.Config) {
		c.Loop.Interval = time.Millisecond
		c.Loop.OnCycle = func(c *pythia.Cycle) {
			if r.cycles = append(r.cycles, c); len(r.cycles) == cycles {
				cancel()
			}
			r.run(loopInterval, r.engine.Observe)
		}
	}
	r.engine = newLoopEngine(r.T, r.loopApp, append(settings, each)...)
	return r.engine.Run(ctx)
}

// TestLoopRunKeepsItsState in a file: saved at the end, read at the start.
func TestLoopRunKeepsItsState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pythia.state")
	keep := func(c *pythia.Config) { c.Loop.StatePath = path }
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	require.NoError(t, r.runFor(5, keep))
	require.Empty(t, r.on(), "at the end, all is off")
	require.FileExists(t, path)
	require.NoError(t, r.runFor(10, keep))
	require.Equal(t, 6, r.cycles[0].Number)
	d := r.diagnosisOrNil()
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
	require.Empty(t, r.on())
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing temporary stays")
}

// TestLoopRunReplacesADamagedState and says so.
func TestLoopRunReplacesADamagedState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pythia.state")
	require.NoError(t, os.WriteFile(path, []byte("damaged"), 0o600))
	log := new(syncBuffer)
	r := newLoopRun(t, newLoopApp(t))
	require.NoError(t, r.runFor(3, func(c *pythia.Config) { c.Loop.StatePath, c.Logger = path, log.logger() }))
	require.Contains(t, log.String(), "restoring the state")
	require.Equal(t, 1, r.cycles[0].Number)
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, newLoopEngine(t, r.loopApp).Restore(f))
}

// TestLoopRunSaysThatItCannotSave, goes on until the end, and switches everything off all the same.
func TestLoopRunSaysThatItCannotSave(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	err := r.runFor(6, func(c *pythia.Config) { c.Loop.StatePath = filepath.Join(t.TempDir(), "none", "pythia.state") })
	require.ErrorContains(t, err, "saving the state")
	require.Len(t, r.cycles, 6)
	require.Empty(t, r.on())
}

// FuzzLoopRestore: whatever the bytes, an error or a loop that goes on.
func FuzzLoopRestore(f *testing.F) {
	t := new(testing.T)
	a := newLoopApp(t)
	a.bimodal("a21")
	r := &loopRun{T: t, loopApp: a, engine: newLoopEngine(t, a)}
	for range 5 {
		f.Add(save(t, r.engine))
		a.run(loopInterval, r.engine.Observe)
		if _, err := r.engine.Step(f.Context()); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a := newLoopApp(t)
		e := newLoopEngine(t, a, func(c *pythia.Config) { c.Loop.Space = new(searchspace.CCT) })
		if e.Restore(bytes.NewReader(data)) != nil {
			return
		}
		a.run(loopInterval, e.Observe)
		_, err := e.Step(t.Context())
		require.NoError(t, err)
		_, err = e.Report(t.Context())
		require.NoError(t, err)
	})
}

// TestLoopSavesWhatCanBeSaved: neither the search space nor the localizer can. Searches and statistics are there again; the rest is learnt anew.
func TestLoopSavesWhatCanBeSaved(t *testing.T) {
	a := newLoopApp(t)
	mute := func(c *pythia.Config) {
		c.Loop.Space, c.Localizer = struct{ pythia.SearchSpace }{new(searchspace.CCT)}, plainLocalizer{c.Localizer}
		c.Loop.ProfileEvery = time.Hour
	}
	r := newLoopRun(t, a, mute)
	r.until(10, func(c *pythia.Cycle) bool { return c.ProfiledOneIn > 0 })
	r.until(10, func(c *pythia.Cycle) bool { return c.ProfiledOneIn == 0 })
	r.warmUp()
	n := len(r.diagnoses())
	saved := save(t, r.engine)
	r.engine = newLoopEngine(t, a, mute)
	require.NoError(t, r.engine.Restore(bytes.NewReader(saved)))
	require.Empty(t, r.groups())
	require.Len(t, r.diagnoses(), n)
	r.until(5, func(c *pythia.Cycle) bool { return c.ProfiledOneIn > 0 })
}

func (r *loopRun) diagnoses() []*pythia.Diagnosis {
	report, err := r.engine.Report(r.Context())
	require.NoError(r, err)
	return report.Diagnoses
}

// plainLocalizer cannot be saved.
type plainLocalizer struct{ pythia.Localizer }

func (l plainLocalizer) New() pythia.Localizer { return plainLocalizer{l.Localizer.New()} }
func (l plainLocalizer) Merge(o pythia.Localizer) error {
	return l.Localizer.Merge(o.(plainLocalizer).Localizer)
}
