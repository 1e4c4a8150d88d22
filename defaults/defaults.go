// Package defaults wires Pythia's default parts into a configuration.
package defaults

import (
	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/cca"
	"github.com/pythia-trace/pythia/grouping"
	"github.com/pythia-trace/pythia/localize"
)

// Config returns a configuration of the default parts: groups at the finest level with enough requests, variance decomposed over the edges
// of the critical path, explanations by canonical correlation. Durations are taken as measure says. Change the fields that are to
// differ and hand it to [pythia.New].
func Config(measure pythia.Measure) (pythia.Config, error) {
	l, err := localize.New(localize.Config{Measure: measure})
	if err != nil {
		return pythia.Config{}, err
	}
	return pythia.Config{
		Grouper:   grouping.Finest{},
		Localizer: l,
		Explainer: cca.Explainer{},
	}, nil
}
