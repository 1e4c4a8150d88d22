package main

import (
	"context"
	"fmt"

	"github.com/pythia-trace/pythia/replay"
)

// job is a strategy's searches in one case, with all seeds.
type job struct {
	set       *set
	at        int // of the cases
	contender replay.Contender
	seeds     int
	with      setting
}

// String identifies the job and all that its result depends on, the program aside.
func (j job) String() string {
	return fmt.Sprintf("%s %s %s %#v %d%s %s", j.set.name, j.set.cases[j.at].name, j.contender.Name, j.contender.Strategy, j.seeds, j.with.describe(), j.set.files)
}

// do searches, several seeds at the same time where there are more workers than jobs, and calls done after each search.
func (j job) do(ctx context.Context, workers int, done func()) ([]trial, error) {
	if j.set.replayed() {
		return j.replay(ctx, workers, done)
	}
	trials := make([]trial, j.seeds)
	for i := range trials {
		var err error
		if trials[i], err = live(ctx, j.set.cases[j.at].fault, j.contender.Strategy, uint64(i)+1); err != nil {
			return nil, fmt.Errorf("%s, %s, seed %d: %w", j.contender.Name, j.set.cases[j.at].name, i+1, err)
		}
		done()
	}
	return trials, nil
}

// replay searches recorded requests.
func (j job) replay(ctx context.Context, workers int, done func()) ([]trial, error) {
	k := &j.set.cases[j.at]
	rows, err := replay.Comparison{
		Traces: k.traces, Profile: k.profile(j.with), ProfilePerType: j.with.profilePerType, Contenders: []replay.Contender{j.contender},
		Engine: j.with.engine(j.set.minShare), Truth: k.truth, Optional: j.set.optional, Seeds: j.seeds, Workers: workers,
		Progress: func(int, int) { done() },
	}.Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.name, err)
	}
	var trials []trial
	for _, r := range rows[0].Results {
		trials = append(trials, newTrial(r, k.census, k.service))
	}
	return trials, nil
}
