package pythiatest

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/pythia-trace/pythia"
	pythiaotel "github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

// Trial is an application under test with an Engine beside it. It is safe for concurrent use, but for one [Trial.Run] at a time.
type Trial struct {
	tb         testing.TB
	config     Config
	controller *tracepoint.Router
	processor  *pythiaotel.Processor
	engine     *pythia.Engine
	hiccups    hiccups

	mu        sync.Mutex // guards what follows
	services  map[string]*service
	cycles    int
	made      int // requests
	left      int // out, since the machine was late
	input     pythia.Input
	profiling bool
	judged    map[string]*judged // by request type
	concluded []*pythia.Diagnosis
	searching []*pythia.Diagnosis
}

// New makes a trial that ends with the test. Mistakes in the configuration fail the test.
func New(tb testing.TB, c Config) *Trial {
	tb.Helper()
	t := &Trial{tb: tb, services: make(map[string]*service), judged: make(map[string]*judged)}
	t.must(t.start(c))
	tb.Cleanup(func() { t.must(t.stop()) })
	return t
}

func (t *Trial) start(c Config) (err error) {
	if t.config, err = c.withDefaults(); err != nil {
		return err
	}
	if t.controller, err = tracepoint.NewRouter(tracepoint.LeaseConfig{}, c.Controllers...); err != nil {
		return err
	}
	parts, err := engineConfig(t.config, t.controller)
	if err != nil {
		return err
	}
	if t.engine, err = pythia.New(parts); err != nil {
		return err
	}
	t.processor, err = pythiaotel.NewProcessor(pythiaotel.ProcessorConfig{Observer: t, Linger: linger})
	return err
}

// stop switches off what is on, and frees the trace points for other tests.
func (t *Trial) stop() error {
	t.mu.Lock()
	services := maps.Clone(t.services) // which hand over what they still have
	t.mu.Unlock()
	errs := []error{t.controller.Close()}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		errs = append(errs, services[name].stop())
	}
	return errors.Join(errs...)
}

// must ends the test if something went wrong that has nothing to do with how the application performs.
func (t *Trial) must(err error) {
	t.tb.Helper()
	if err != nil {
		t.tb.Fatal(err)
	}
}

// Observe adds a workflow, for applications that are not instrumented through [Trial.Provider]: hand it over before the request returns that it is of, so that the
// next step sees it.
func (t *Trial) Observe(workflow *pythia.Trace) {
	t.mu.Lock()
	t.input.Traces++
	t.input.Spans += len(workflow.Spans)
	t.input.Repairs.Merge(workflow.Repairs)
	counts := t.counts(workflow)
	t.mu.Unlock()
	if counts {
		t.engine.Observe(workflow)
	}
}

// Diagnoses returns what the Engine's searches have come to: those that have ended, in that order, then those in progress. For a test that plants a
// fault and says what must be found; [render.Line] says each in a line.
func (t *Trial) Diagnoses() []*pythia.Diagnosis {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Concat(t.concluded, t.searching)
}
