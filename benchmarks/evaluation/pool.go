package main

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pythia-trace/pythia/replay"
)

// trial is what one search came to.
type trial struct {
	*replay.Result
	census  census        // of the requests that were searched
	rank    int           // of the service at fault among the findings, 0 if it is not
	longest time.Duration // of the strategy's decisions
}

// newTrial keeps the figures of a result; what else is in it is large.
func newTrial(r *replay.Result, n census, service string) trial {
	t := trial{Result: r, census: n, rank: rankOf(service, r.Diagnosis)}
	for _, d := range r.Decisions {
		t.longest = max(t.longest, d)
	}
	r.Diagnosis, r.Decisions = nil, nil
	return t
}

// entry is what a strategy came to in a data set.
type entry struct {
	name  string
	seeds [][]trial // by seed, the trials of all cases
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
func pointShare(t *trial) float64   { return share(t.Points, t.census.points) }
func serviceFirst(t *trial) float64 { return oneIf(t.rank == 1) }
func serviceAmong(t *trial) float64 { return oneIf(t.rank >= 1 && t.rank <= among) }

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
func (e *entry) mean(of quantity) replay.Estimate { return within(meanOf(e.perSeed(of)), math.Inf(1)) }

// share estimates what lies between 0 and 1. Where it is 0 or 1 in every seed it is the proportion of seeds, by Wilson's interval: that has a width also if
// something happens always or never.
func (e *entry) share(of quantity) replay.Estimate {
	values := e.perSeed(of)
	for _, v := range values {
		if v != 0 && v != 1 {
			return within(meanOf(values), 1)
		}
	}
	return proportionOf(values)
}

// difference estimates how much more of something a has than b, over the seeds that both have. Both searched the same requests in the same order, which tells
// them apart where their own intervals overlap.
func difference(a, b *entry, of quantity) replay.Estimate {
	x, y := a.perSeed(of), b.perSeed(of)
	differences := make([]float64, min(len(x), len(y)))
	for i := range differences {
		differences[i] = x[i] - y[i]
	}
	return meanOf(differences)
}

// confident is the quantile that leaves 2.5 % on either side of an interval.
const confident = 0.975

// meanOf estimates a mean by Student's t. A single value has no bounds.
func meanOf(values []float64) replay.Estimate {
	if len(values) == 0 {
		return replay.Estimate{Mean: math.NaN(), Low: math.Inf(-1), High: math.Inf(1)}
	}
	if len(values) == 1 {
		return replay.Estimate{Mean: values[0], Low: math.Inf(-1), High: math.Inf(1)}
	}
	mean, deviation := stat.MeanStdDev(values, nil)
	n := float64(len(values))
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(confident) * deviation / math.Sqrt(n)
	return replay.Estimate{Mean: mean, Low: mean - half, High: mean + half}
}

// proportionOf estimates how often something happens, by Wilson's score interval (JASA 1927).
func proportionOf(values []float64) replay.Estimate {
	n := float64(len(values))
	if n < 2 {
		return meanOf(values)
	}
	p, z := stat.Mean(values, nil), distuv.UnitNormal.Quantile(confident)
	center := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return replay.Estimate{Mean: p, Low: math.Max(math.Min(center-half, p), 0), High: math.Min(math.Max(center+half, p), 1)}
}

// within cuts an interval to what is possible.
func within(e replay.Estimate, most float64) replay.Estimate {
	if !math.IsInf(e.Low, -1) { // else there is none
		e.Low, e.High = math.Max(e.Low, 0), math.Min(e.High, most)
	}
	return e
}
