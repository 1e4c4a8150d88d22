package cca

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// set is one of the two sets of variables on its way through the analysis.
type set struct {
	name    string
	raw     *mat.Dense // only read
	columns []column   // still in the analysis, ascending
	dropped []Dropped
}

// column is a variable still in the analysis.
type column struct {
	index  int     // in raw
	center float64 // mean, in the units of the variable
	unit   float64 // power of two which brings the values into [-1, 1]
	sd     float64 // sample standard deviation of the values times unit
}

// newSets returns the sets of all columns of x and y.
func newSets(x, y mat.Matrix) (sx, sy *set, err error) {
	if sx, err = newSet("x", x); err != nil {
		return nil, nil, err
	}
	if sy, err = newSet("y", y); err != nil {
		return nil, nil, err
	}
	if sx.rows() != sy.rows() {
		return nil, nil, fmt.Errorf("%w: x has %d and y %d; pass the same observations in both",
			ErrRows, sx.rows(), sy.rows())
	}
	return sx, sy, nil
}

func newSet(name string, m mat.Matrix) (*set, error) {
	// A nil *mat.Dense in the interface is not equal to nil, and its methods panic.
	if v := reflect.ValueOf(m); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, fmt.Errorf("%w: %s is nil; pass a matrix", ErrNoVariables, name)
	}
	r, c := m.Dims()
	if c <= 0 {
		return nil, fmt.Errorf("%w: %s has no columns; pass at least one variable", ErrNoVariables, name)
	}
	if r <= 0 {
		return nil, fmt.Errorf("%w: %s has no rows; pass observations", ErrTooFewRows, name)
	}
	raw, ok := m.(*mat.Dense)
	if !ok {
		raw = mat.DenseCopyOf(m)
	}
	s := &set{name: name, raw: raw, columns: make([]column, c)}
	for j := range s.columns {
		s.columns[j].index = j
	}
	return s, nil
}

func (s *set) rows() int {
	r, _ := s.raw.Dims()
	return r
}

func (s *set) width() int {
	_, c := s.raw.Dims()
	return c
}

// gather copies the given rows of column j to dst, which is as long as rows.
func (s *set) gather(dst []float64, rows []int, j int) {
	m := s.raw.RawMatrix()
	for k, i := range rows {
		dst[k] = m.Data[i*m.Stride+j]
	}
}

// drop leaves out the columns for which the function, called with the position among the columns kept so far, returns a
// reason. It reports whether there were any.
func (s *set) drop(why func(pos int) Reason) bool {
	kept := make([]column, 0, len(s.columns))
	for pos, c := range s.columns {
		if r := why(pos); r != "" {
			s.dropped = append(s.dropped, Dropped{Column: c.index, Reason: r})
			continue
		}
		kept = append(kept, c)
	}
	changed := len(kept) < len(s.columns)
	s.columns = kept
	slices.SortFunc(s.dropped, func(a, b Dropped) int { return cmp.Compare(a.Column, b.Column) })
	return changed
}

// expand returns a matrix with a row for each column of the input, in which the rows of kept columns are those of m,
// multiplied by what scale returns, and the others zero.
func (s *set) expand(m *mat.Dense, scale func(c column) float64) *mat.Dense {
	_, d := m.Dims()
	out := mat.NewDense(s.width(), d, nil)
	for pos, c := range s.columns {
		row, f := out.RawRowView(c.index), scale(c)
		for k, v := range m.RawRowView(pos) {
			row[k] = v * f
		}
	}
	return out
}

// centers returns the means of the variables.
func (s *set) centers() []float64 {
	out := make([]float64, s.width())
	for _, c := range s.columns {
		out[c.index] = c.center
	}
	return out
}

// missing reports whether v stands for a missing value: the difference is 0 unless v is NaN or infinite.
func missing(v float64) bool { return v-v != 0 }
