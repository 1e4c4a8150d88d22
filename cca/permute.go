package cca

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// tie is the relative difference up to which a permuted statistic equals the observed one. Permutations that lead to
// the same data, common with few distinct values, differ by rounding, and counting them as lower would overstate the
// evidence.
const tie = 1e-10

// Permutation is the test of the hypothesis that the two sets are independent, by the first canonical correlation. It
// needs no assumption on the distribution of the variables, but that the observations are exchangeable.
type Permutation struct {
	Count  int     // random permutations of the observations of one set against those of the other
	Exceed int     // permutations with a first correlation as high as observed, or higher
	P      float64 // (1 + Exceed) / (1 + Count)
}

// permute tests the sets with the whitened observations x and y, which have a row for each variable. Whitening does not
// depend on the order of the observations, so it need not be repeated.
func permute(x, y *mat.Dense, count int, seed uint64) (*Permutation, error) {
	p, _ := x.Dims()
	if q, _ := y.Dims(); p < q {
		x, y = y, x // permuting the smaller set moves less memory
	}
	limit, ok := newTrial(x, y).statistic(y)
	if !ok {
		return nil, ErrNoConvergence
	}
	exceed, ok := countExceeding(x, y, count, seed, limit*(1-tie))
	if !ok {
		return nil, ErrNoConvergence
	}
	return &Permutation{Count: count, Exceed: exceed, P: (1 + float64(exceed)) / (1 + float64(count))}, nil
}

// countExceeding returns the number of permutations whose statistic reaches the limit.
func countExceeding(x, y *mat.Dense, count int, seed uint64, limit float64) (total int, ok bool) {
	workers := min(runtime.GOMAXPROCS(0), count)
	exceed, failed := make([]int, workers), make([]bool, workers)
	seeds := make(chan [2]uint64)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { exceed[w], failed[w] = newTrial(x, y).run(seeds, limit) })
	}
	// Each permutation has its own generator, seeded here in turn, so it does not matter which worker makes it.
	master := rand.NewPCG(seed, 0)
	for range count {
		seeds <- [2]uint64{master.Uint64(), master.Uint64()}
	}
	close(seeds)
	wg.Wait()
	for _, e := range exceed {
		total += e
	}
	return total, !slices.Contains(failed, true)
}

// trial holds the memory of one worker.
type trial struct {
	x, y     *mat.Dense // shared, only read
	permuted *mat.Dense
	cross    *mat.Dense // y variables x x variables
	order    []int
	svd      mat.SVD
	values   []float64
}

func newTrial(x, y *mat.Dense) *trial {
	p, n := x.Dims()
	q, _ := y.Dims()
	return &trial{
		x: x, y: y,
		permuted: mat.NewDense(q, n, nil),
		cross:    mat.NewDense(q, p, nil),
		order:    make([]int, n),
		values:   make([]float64, min(p, q)),
	}
}

// run makes a permutation for each seed and counts those whose statistic reaches the limit. It drains the channel also
// after a failure, so that the sender does not block.
func (t *trial) run(seeds <-chan [2]uint64, limit float64) (exceed int, failed bool) {
	for s := range seeds {
		t.shuffle(rand.New(rand.NewPCG(s[0], s[1])))
		stat, ok := t.statistic(t.permuted)
		failed = failed || !ok
		if stat >= limit {
			exceed++
		}
	}
	return exceed, failed
}

// shuffle permutes the observations of y at random.
func (t *trial) shuffle(r *rand.Rand) {
	for i := range t.order {
		t.order[i] = i
	}
	r.Shuffle(len(t.order), func(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] })
	q, _ := t.y.Dims()
	for i := range q {
		src, dst := t.y.RawRowView(i), t.permuted.RawRowView(i)
		for k, from := range t.order {
			dst[k] = src[from]
		}
	}
}

// stretch is how many observations are multiplied at a time: few enough that those of all variables stay in the cache.
const stretch = 512

// statistic returns the first canonical correlation of x with y.
func (t *trial) statistic(y *mat.Dense) (float64, bool) {
	t.cross.Zero()
	x := t.x.RawMatrix()
	p, n := t.x.Dims()
	q, _ := y.Dims()
	for from := 0; from < n; from += stretch {
		to := min(from+stretch, n)
		part := blas64.General{Rows: p, Cols: to - from, Stride: x.Stride, Data: x.Data[from:]}
		for j := range q {
			observed := blas64.Vector{N: to - from, Inc: 1, Data: y.RawRowView(j)[from:to]}
			blas64.Gemv(blas.NoTrans, 1, part, observed, 1, blas64.Vector{N: p, Inc: 1, Data: t.cross.RawRowView(j)})
		}
	}
	if q == 1 {
		return floats.Norm(t.cross.RawRowView(0), 2), true
	}
	if !t.svd.Factorize(t.cross, mat.SVDNone) {
		return 0, false
	}
	return t.svd.Values(t.values)[0], true
}
