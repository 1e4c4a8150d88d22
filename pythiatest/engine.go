package pythiatest

import (
	"math"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/cca"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/localize"
)

// minRequests is how many requests of a type the Engine must have seen to say anything of them.
const minRequests = 50

// engineConfig is for the Engine of a test, which steps when it is told to, not by the clock.
func engineConfig(c Config, controller pythia.TracePointController) (pythia.Config, error) {
	parts, err := defaults.Live(controller)
	if err != nil {
		return parts, err
	}
	l, err := localize.New(localize.Config{
		Measure: pythia.UntilAnswered, NegligibleStdDev: c.StdDev,
		Metrics: []localize.Threshold{{Metric: spread{c.StdDev}, Acceptable: c.CoV}, {Metric: modes{c.StdDev}, Acceptable: 1 - modesLevel}},
	})
	if err != nil {
		return parts, err
	}
	parts.Localizer = varying{l, c}
	parts.Explainer = cca.Explainer{Permutations: 1999} // so that p can be below 0.001
	loop := &parts.Loop
	loop.MinRequests = minRequests
	loop.Budget = pythia.Cost{Points: -1, SpansPerSecond: -1, BytesPerSecond: -1, CPU: -1}
	loop.Interval = time.Nanosecond   // every request is profiled: no time is to be lost
	loop.Lease = math.MaxInt64 / 2    // the trial ends before
	loop.ProfileEvery = math.MaxInt64 // once
	loop.Window = time.Hour           // longer than any test
	if c.Adjust != nil {
		c.Adjust(&parts)
	}
	return parts, nil
}
