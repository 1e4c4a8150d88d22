package cca

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// minRidge is the least positive ridge. Its square root, the amount by which collinear variables are held apart, must
// exceed the rounding error of a standardised column (about 1e-16) by far, or that error is scaled up into a variate.
const minRidge = 1e-12

// minRowsRidge is the least number of observations with ridge. Two points correlate perfectly whatever they measure.
const minRowsRidge = 3

// Options adjusts an analysis. The zero value is a plain analysis without permutation test.
type Options struct {
	// Ridge is added to the diagonal of both correlation matrices, and so is relative to the variance of the
	// variables. It is zero or at least 1e-12. A positive ridge shrinks the weights of variables that correlate with
	// each other, keeps collinear variables, and allows fewer observations than variables.
	Ridge float64

	// Permutations is the number of random permutations of the permutation test; 0 omits the test.
	Permutations int

	// Seed determines the permutations: the same seed and data give the same result.
	Seed uint64
}

func (o Options) validate() error {
	switch {
	case math.IsNaN(o.Ridge) || math.IsInf(o.Ridge, 0) || o.Ridge < 0:
		return fmt.Errorf("%w: Ridge is %v; use zero or a positive number", ErrOption, o.Ridge)
	case o.Ridge > 0 && o.Ridge < minRidge:
		return fmt.Errorf("%w: Ridge %v is lost in rounding; use zero or at least %v", ErrOption, o.Ridge, minRidge)
	case o.Permutations < 0:
		return fmt.Errorf("%w: Permutations is %d; use zero or a positive number", ErrOption, o.Permutations)
	}
	return nil
}

// Analyze relates two sets of variables observed together. The columns of x and y are the variables, and row i of both
// is the same observation. The matrices are not modified. Missing values, unusable variables and errors are treated as
// described in the package comment.
func Analyze(x, y mat.Matrix, opts Options) (*Result, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	sx, sy, err := newSets(x, y)
	if err != nil {
		return nil, err
	}
	rows, err := screen(sx, sy)
	if err != nil {
		return nil, err
	}
	return analyze(sx, sy, rows, opts)
}

// analyze relates the kept columns of the sets over the given rows, which are complete in them.
func analyze(sx, sy *set, rows []int, opts Options) (*Result, error) {
	data := standardize(sx, sy, rows)
	small := reduce(data)
	p := len(sx.columns) // before factorize drops any
	fx, fy := factorize(sx, small, 0, opts.Ridge), factorize(sy, small, p, opts.Ridge)
	if err := enough(len(rows), sx, sy, opts.Ridge > 0); err != nil {
		return nil, err
	}
	res, err := solve(sx, sy, fx, fy)
	if err != nil {
		return nil, err
	}
	res.N, res.DroppedRows = len(rows), sx.rows()-len(rows)
	if opts.Ridge == 0 {
		res.Wilks = wilks(res.Correlations, len(rows), len(sx.columns), len(sy.columns))
	}
	if opts.Permutations > 0 {
		res.Permutation, err = permute(fx.whiten(data, 0), fy.whiten(data, p), opts.Permutations, opts.Seed)
		if err != nil {
			return nil, err
		}
	}
	return res, nil
}

// enough returns an error if n observations do not suffice for the variables kept.
func enough(n int, x, y *set, ridge bool) error {
	p, q := len(x.columns), len(y.columns)
	need := p + q + 2
	if ridge {
		need = minRowsRidge
	}
	if n < need {
		return tooFewRows(n, x.rows(), p, q, need, ridge)
	}
	return nil
}
