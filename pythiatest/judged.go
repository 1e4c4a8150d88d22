package pythiatest

import (
	"slices"
	"time"

	"github.com/pythia-trace/pythia"
)

// judged is how far a request type has got.
type judged struct {
	requests  int             // that counted
	looks     int             // steps that saw enough of them
	durations []time.Duration // of all, ascending
}

// enoughLooks is in how many steps the Engine must see something before it searches.
const enoughLooks = 2

// counts notes a request, and reports whether it says anything of the application. Where it took longer than is usual and acceptable, and would not have
// but for the time in which the machine was late, it says more of the machine.
func (t *Trial) counts(workflow *pythia.Trace) bool {
	j := t.judged[workflow.RequestType]
	if j == nil {
		j = new(judged)
		t.judged[workflow.RequestType] = j
	}
	from, to := workflow.Interval(pythia.UntilAnswered)
	took := time.Duration(to - from)
	i, _ := slices.BinarySearch(j.durations, took)
	j.durations = slices.Insert(j.durations, i, took)
	if acceptable := t.config.acceptable(j.durations[len(j.durations)/2]); took > acceptable && took-t.hiccups.longest(from, to) <= acceptable {
		t.left++
		return false
	}
	if !t.profiling { // profiled ones are not judged
		j.requests++
	}
	return true
}

// acceptable is the duration up to which requests are as usual, which take that long.
func (c Config) acceptable(usual time.Duration) time.Duration {
	return usual + max(c.StdDev, time.Duration(c.CoV*float64(usual)))
}
