package main

import (
	"cmp"
	"math"
	"time"

	"github.com/pythia-trace/pythia/replay"
)

// trial is what one search came to. It can be written as JSON.
type trial struct {
	*replay.Result
	Census  replay.Census // of the requests that were searched, counts only
	Rank    int           // of the service at fault among the findings, 0 if it is not
	Longest time.Duration // of the strategy's decisions; 0 if it made none
}

// newTrial keeps the figures of a result; what else is in it is large.
func newTrial(r *replay.Result, n replay.Census, service string) trial {
	t := trial{Result: r, Census: n, Rank: rankOf(service, r.Diagnosis)}
	for _, d := range r.Decisions {
		t.Longest = max(t.Longest, d)
	}
	r.Diagnosis, r.Decisions = nil, nil
	return t
}

// entry is what a strategy came to in a data set.
type entry struct {
	name  string
	seeds [][]trial // by seed, the trials of all cases
}

func newEntry(name string, seeds, cases int) entry {
	e := entry{name, make([][]trial, seeds)}
	for seed := range e.seeds {
		e.seeds[seed] = make([]trial, cases)
	}
	return e
}

// first returns the entry with the first seeds only.
func (e *entry) first(seeds int) entry { return entry{e.name, e.seeds[:min(seeds, len(e.seeds))]} }

// quantity is a number that a trial gives.
type quantity func(*trial) float64

func found(t *trial) float64     { return oneIf(t.Found) }
func named1(t *trial) float64    { return oneIf(t.Named) }
func cycles(t *trial) float64    { return float64(t.Cycles) }
func requests(t *trial) float64  { return float64(t.Requests) }
func enabled(t *trial) float64   { return float64(t.Enabled) }
func points(t *trial) float64    { return float64(t.Points) }
func astray(t *trial) float64    { return float64(t.Astray) }
func variance(t *trial) float64  { return t.VarianceShare }
func explained(t *trial) float64 { return t.Explained }

func enabledShare(t *trial) float64 { return share(t.Enabled, t.Contexts) }
func stillOnShare(t *trial) float64 { return share(t.StillOn, t.Contexts) }
func pointShare(t *trial) float64   { return share(t.Points, t.Census.Points) }
func serviceFirst(t *trial) float64 { return oneIf(t.Rank == 1) }
func serviceAmong(t *trial) float64 { return oneIf(t.Rank >= 1 && t.Rank <= among) }

func share(some, all int) float64 { return float64(some) / float64(max(all, 1)) }

func oneIf(b bool) float64 { return float64(btoi(b)) }

// perSeed returns the mean over the cases, seed by seed. The seeds are what is drawn at random, the cases are what there is: so the seeds are what an interval
// is over.
func (e *entry) perSeed(of quantity) []float64 {
	means := make([]float64, len(e.seeds))
	for i, trials := range e.seeds {
		sum := 0.0
		for k := range trials {
			sum += of(&trials[k])
		}
		means[i] = sum / float64(len(trials))
	}
	return means
}

// mean estimates a count.
func (e *entry) mean(of quantity) replay.Estimate {
	return within(replay.MeanOf(e.perSeed(of)), math.Inf(1))
}

// share estimates what lies between 0 and 1. Where it is 0 or 1 in every seed it is the proportion of seeds, by Wilson's interval: that has a width also if
// something happens always or never.
func (e *entry) share(of quantity) replay.Estimate {
	values := e.perSeed(of)
	for _, v := range values {
		if v != 0 && v != 1 {
			return within(replay.MeanOf(values), 1)
		}
	}
	return replay.ProportionOf(values)
}

// paired is a difference that was measured seed by seed.
type paired struct {
	replay.Estimate
	seeds int
	same  bool // in all seeds: the interval has no width, which says nothing of other seeds
}

// difference estimates how much more of something a has than b, over the seeds that both have. Both searched the same requests in the same order, which tells
// them apart where their own intervals overlap. It is at most so much, in either direction.
func difference(a, b *entry, of quantity, most float64) paired {
	x, y := a.perSeed(of), b.perSeed(of)
	n := min(len(x), len(y))
	differences, same := make([]float64, n), true
	for i := range differences {
		differences[i] = math.Round((x[i]-y[i])*1e9) / 1e9 // means over cases are rounded already: what is equal shall be
		same = same && differences[i] == differences[0]
	}
	e := replay.MeanOf(differences)
	if n > 1 {
		e.Low, e.High = math.Max(e.Low, -most), math.Min(e.High, most)
	}
	if same && n > 0 {
		e.Mean = differences[0]
	}
	return paired{e, n, same}
}

// surelySame is how many seeds must agree before that is beyond chance: by a sign test, p = 2 · 0.5⁶ = 0.03.
const surelySame = 6

// sign is 1 or -1 if the difference is beyond chance, and which way it goes; else 0.
func (p paired) sign() int {
	switch {
	case p.same && p.seeds < surelySame:
		return 0
	case p.same:
		return cmp.Compare(p.Mean, 0)
	case p.Low > 0:
		return 1
	case p.High < 0:
		return -1
	}
	return 0
}

// within cuts an interval to what is possible.
func within(e replay.Estimate, most float64) replay.Estimate {
	if !math.IsInf(e.Low, -1) { // else there is none
		e.Low, e.High = math.Max(e.Low, 0), math.Min(e.High, most)
	}
	return e
}
