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
	Logger      *slog.Logger // nil discards
}

// Engine takes workflows and says where, and why, their durations vary.
//
// One Engine is not safe for concurrent use: give every goroutine one of its own by [Engine.Fork] and [Engine.Merge] them.
type Engine struct {
	config          Config
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
	return &Engine{config: c, current: c.Localizer.New()}, nil
}

// Fork returns an empty Engine of the same configuration.
func (e *Engine) Fork() *Engine { return &Engine{config: e.config, current: e.config.Localizer.New()} }

// Observe adds a workflow.
func (e *Engine) Observe(t *Trace) { observe(e.config.Grouper, e.current, &e.input, t) }

// ObserveBaseline adds a workflow from the time before, against which [Engine.Report] compares.
func (e *Engine) ObserveBaseline(t *Trace) {
	if e.before == nil {
		e.before = e.config.Localizer.New()
	}
	observe(e.config.Grouper, e.before, &e.baseline, t)
}

// longest is how long a workflow may last. What lasts longer is a tracer's mistake, microseconds taken for nanoseconds say, and would
// drown everything in its group.
const longest = 7 * 24 * time.Hour

func observe(g Grouper, l Localizer, in *Input, t *Trace) {
	in.add(t)
	if start, end := t.Interval(UntilWorkDone); end-start > int64(longest) {
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

// Merge adds what another Engine of the same configuration has seen. The other must not be used afterwards and,
// after an error, neither must e.
func (e *Engine) Merge(other *Engine) error {
	if err := e.current.Merge(other.current); err != nil {
		return fmt.Errorf("pythia: merging engines: %w", err)
	}
	e.input.merge(other.input)
	e.baseline.merge(other.baseline)
	switch {
	case other.before == nil:
	case e.before == nil:
		e.before = other.before
	default:
		if err := e.before.Merge(other.before); err != nil {
			return fmt.Errorf("pythia: merging baselines: %w", err)
		}
	}
	return nil
}

// Report localises and explains what varies in all that was observed. It stops early, with the context's error, when ctx is done.
func (e *Engine) Report(ctx context.Context) (*Report, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	groups, findings, err := e.current.Localize(ctx, e.before)
	if err != nil {
		return nil, fmt.Errorf("pythia: localising: %w", err)
	}
	e.config.Logger.DebugContext(ctx, "localised", "groups", len(groups), "findings", len(findings))
	more := 0
	if top := e.config.TopFindings; top > 0 && len(findings) > top {
		findings, more = findings[:top], len(findings)-top
	}
	for _, f := range findings {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if e.config.Explainer == nil || f.Sample == nil {
			continue
		}
		if f.Explanations, err = e.config.Explainer.Explain(f); err != nil {
			return nil, fmt.Errorf("pythia: explaining finding %d: %w", f.Rank, err)
		}
	}
	report := &Report{Measure: e.current.Measure(), Input: e.input, Groups: groups, Findings: findings, MoreFindings: more}
	if e.before != nil {
		baseline := e.baseline
		report.Baseline = &baseline
	}
	return report, nil
}
