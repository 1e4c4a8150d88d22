package defaults

import (
	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/strategy"
)

// Live returns a configuration for an Engine that runs beside an application and switches its trace points through the controller: the parts of
// [Config], an empty calling context tree, which the Engine fills by profiling, and the hierarchical top-down strategy. Budget, Interval and the rest of
// Loop are left at their defaults. Durations are taken until the answer is there: work that goes on afterwards keeps nobody waiting.
func Live(controller pythia.TracePointController) (pythia.Config, error) {
	c, err := Config(pythia.UntilAnswered)
	if err != nil {
		return pythia.Config{}, err
	}
	c.Loop = pythia.LoopConfig{Controller: controller, Space: new(searchspace.CCT), Strategy: strategy.TopDown{}}
	return c, nil
}
