package pythia

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Config holds the parts of an [Engine]. The package defaults fills one.
type Config struct {
	Grouper   Grouper   // required
	Localizer Localizer // required; it is used as a template and stays empty
	Explainer Explainer // nil: findings are not explained
	// TopFindings is how many findings are reported and explained; zero means 10, negative all.
	TopFindings int
	// Loop, if it has a Controller, is for an Engine that runs beside an application and switches its trace points.
	Loop   LoopConfig
	Logger *slog.Logger // nil discards
}

// Engine takes workflows and says where, and why, their durations vary. With a [LoopConfig] it also decides which trace points are on.
//
// An Engine with a loop is safe for concurrent use, and counts workflows of late only. One without counts all, and is not safe for concurrent use:
// give every goroutine one of its own by [Engine.Fork] and [Engine.Merge] them.
type Engine struct {
	config          Config
	loop            *loop // nil without
	current, before Localizer
	input, baseline Input
}

// New returns an Engine. It fails if a required part is missing.
func New(c Config) (*Engine, error) {
	if c.Grouper == nil || c.Localizer == nil {
		return nil, errors.New("pythia: Config needs a Grouper and a Localizer; defaults.Config returns both")
	}
	if c.TopFindings == 0 {
		c.TopFindings = 10
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	e := &Engine{config: c, current: c.Localizer.New()}
	if c.Loop.Controller != nil {
		if err := e.config.Loop.setDefaults(); err != nil {
			return nil, err
		}
		e.loop = newLoop(e.config, e.config.Loop)
	}
	return e, nil
}

// Fork returns an empty Engine of the same configuration, without a loop.
func (e *Engine) Fork() *Engine { return &Engine{config: e.config, current: e.config.Localizer.New()} }

// Observe adds a workflow.
func (e *Engine) Observe(t *Trace) {
	if e.loop != nil {
		e.loop.observe(t)
		return
	}
	observe(e.config.Grouper, e.current, &e.input, t)
}

// ObserveBaseline adds a workflow from the time before, against which [Engine.Report] compares. An Engine with a loop has no use for it.
func (e *Engine) ObserveBaseline(t *Trace) {
	if e.loop != nil {
		return
	}
	if e.before == nil {
		e.before = e.config.Localizer.New()
	}
	observe(e.config.Grouper, e.before, &e.baseline, t)
}

// longest is how long a workflow may last. What lasts longer is a tracer's mistake, microseconds taken for nanoseconds say, and would
// drown everything in its group.
const longest = 7 * 24 * time.Hour

func (t *Trace) endless() bool {
	start, end := t.Interval(UntilWorkDone)
	return end-start > int64(longest)
}

func observe(g Grouper, l Localizer, in *Input, t *Trace) {
	in.add(t)
	if t.endless() {
		in.Ignored++
		return
	}
	key, ok := g.Group(t)
	if !ok {
		in.Ignored++
		return
	}
	l.Observe(key, t)
}

// Merge adds what another Engine of the same configuration has seen, which stays as it is. After an error, e must not be used any more. Engines with
// a loop do not merge.
func (e *Engine) Merge(other *Engine) error {
	if e.loop != nil || other.loop != nil {
		return errors.New("pythia: engines with a loop do not merge: have all workflows observed by one")
	}
	if err := e.current.Merge(other.current); err != nil {
		return fmt.Errorf("pythia: merging engines: %w", err)
	}
	e.input.merge(other.input)
	e.baseline.merge(other.baseline)
	if other.before == nil {
		return nil
	}
	if e.before == nil {
		e.before = e.config.Localizer.New()
	}
	if err := e.before.Merge(other.before); err != nil {
		return fmt.Errorf("pythia: merging baselines: %w", err)
	}
	return nil
}

// Report localises and explains what varies in all that was observed; with a loop, of late. It stops early, with the context's error, when ctx
// is done.
//
// With a loop, the report has its diagnoses too. Those that have ended count as reported: the next step switches off what they have on. Its Input
// counts all that was observed since the start.
func (e *Engine) Report(ctx context.Context) (*Report, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if e.loop != nil {
		return e.loop.report(ctx)
	}
	report, err := e.config.report(ctx, e.current, e.before, e.input)
	if err != nil {
		return nil, err
	}
	if e.before != nil {
		baseline := e.baseline
		report.Baseline = &baseline
	}
	return report, nil
}

// report says what a localizer has seen.
func (c *Config) report(ctx context.Context, seen, before Localizer, input Input) (*Report, error) {
	groups, findings, err := seen.Localize(ctx, before)
	if err != nil {
		return nil, fmt.Errorf("pythia: localising: %w", err)
	}
	c.Logger.DebugContext(ctx, "localised", "groups", len(groups), "findings", len(findings))
	more := 0
	if top := c.TopFindings; top > 0 && len(findings) > top {
		findings, more = findings[:top], len(findings)-top
	}
	for _, f := range findings {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := explain(c.Explainer, f); err != nil {
			return nil, err
		}
	}
	report := &Report{Measure: seen.Measure(), Input: input, Groups: groups, Findings: findings, MoreFindings: more}
	if d, ok := seen.(Dropper); ok {
		report.Dropped = d.Dropped()
	}
	return report, nil
}
