package pythia_test

import (
	"context"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// gate stands in the way of a call until it is opened.
type gate struct {
	at      string
	once    sync.Once
	reached chan struct{} // closed when a call is held up
	open    chan struct{}
}

func newGate(at string) *gate {
	return &gate{at: at, reached: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) pass(at string) {
	if at == g.at {
		g.once.Do(func() { close(g.reached) })
		<-g.open
	}
}

// gatedLocalizer passes a gate before it localises, merges or is saved.
type gatedLocalizer struct {
	pythia.Localizer
	*gate
}

func (l gatedLocalizer) New() pythia.Localizer { return gatedLocalizer{l.Localizer.New(), l.gate} }

func (l gatedLocalizer) Merge(o pythia.Localizer) error {
	l.pass("Merge")
	return l.Localizer.Merge(o.(gatedLocalizer).Localizer)
}

func (l gatedLocalizer) Localize(ctx context.Context, before pythia.Localizer) ([]*pythia.Group, []*pythia.Finding, error) {
	l.pass("Localize")
	return l.Localizer.Localize(ctx, before)
}

func (l gatedLocalizer) MarshalBinary() ([]byte, error) {
	l.pass("MarshalBinary")
	return nil, nil
}

type gatedExplainer struct {
	pythia.Explainer
	*gate
}

func (e gatedExplainer) Explain(f *pythia.Finding) ([]pythia.Explanation, error) {
	e.pass("Explain")
	return e.Explainer.Explain(f)
}

type gatedStrategy struct {
	pythia.SearchStrategy
	*gate
}

func (s gatedStrategy) Next(state *pythia.State) (pythia.Decision, error) {
	s.pass("Next")
	return s.SearchStrategy.Next(state)
}

// TestLoopObservesWhileItDecides: whatever a step, a report or a save is busy with, however long, observing goes on, and what was observed counts.
func TestLoopObservesWhileItDecides(t *testing.T) {
	step := func(e *pythia.Engine, ctx context.Context) error {
		_, err := e.Step(ctx)
		return err
	}
	report := func(e *pythia.Engine, ctx context.Context) error {
		_, err := e.Report(ctx)
		return err
	}
	save := func(e *pythia.Engine, _ context.Context) error { return e.Save(io.Discard) }
	for name, c := range map[string]struct {
		at string
		do func(*pythia.Engine, context.Context) error
	}{
		"a step localises": {"Localize", step}, "a step joins": {"Merge", step}, "a step explains": {"Explain", step},
		"a step asks the strategy": {"Next", step}, "a report localises": {"Localize", report}, "a report joins": {"Merge", report},
		"a save": {"MarshalBinary", save},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(c.at)
			r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) {
				c.Localizer, c.Explainer = gatedLocalizer{c.Localizer, g}, gatedExplainer{c.Explainer, g}
				c.Loop.Strategy, c.Loop.Timeout = gatedStrategy{c.Loop.Strategy, g}, 1e12
			})
			r.bimodal("a1")
			done := make(chan error)
			go func() {
				for { // until it comes by the gate
					if err := c.do(r.engine, t.Context()); err != nil {
						done <- err
						return
					}
					select {
					case <-g.reached:
						done <- nil
						return
					default:
						r.run(loopInterval, r.engine.Observe)
						if _, err := r.engine.Step(t.Context()); err != nil {
							done <- err
							return
						}
					}
				}
			}()
			<-g.reached
			before := r.number
			r.perSec["GET /b"] = 10 // of a new type, too
			r.run(loopInterval, r.engine.Observe)
			require.Equal(t, before+200, r.number)
			close(g.open)
			require.NoError(t, <-done)
			seen, err := r.engine.Report(t.Context())
			require.NoError(t, err)
			require.Equal(t, r.number, seen.Input.Traces)
		})
	}
}
