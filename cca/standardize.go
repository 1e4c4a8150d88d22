package cca

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// standardize returns the kept columns of both sets, x before y, over the given rows, centred and scaled to unit
// length. It records the means and scales in the columns. The result is transposed, a row for each variable, because
// everything that follows runs along the observations of one variable.
func standardize(x, y *set, rows []int) *mat.Dense {
	p := len(x.columns)
	data := mat.NewDense(p+len(y.columns), len(rows), nil)
	for i := range x.columns {
		x.standardizeColumn(data.RawRowView(i), rows, &x.columns[i])
	}
	for i := range y.columns {
		y.standardizeColumn(data.RawRowView(p+i), rows, &y.columns[i])
	}
	return data
}

func (s *set) standardizeColumn(dst []float64, rows []int, c *column) {
	s.gather(dst, rows, c.index)
	// Scaling by a power of two is exact, and keeps sums and squares of the largest and smallest floats in range.
	_, exp := math.Frexp(extentOf(dst).magnitude())
	c.unit = math.Ldexp(1, -exp)
	floats.Scale(c.unit, dst)
	n := float64(len(dst))
	mean := floats.Sum(dst) / n
	floats.AddConst(-mean, dst)
	// The rounding error of a mean much larger than the spread is worth a second pass.
	rest := floats.Sum(dst) / n
	floats.AddConst(-rest, dst)
	length := math.Sqrt(floats.Dot(dst, dst)) // the squares are in range, and floats.Norm would scale each
	c.center = math.Ldexp(mean+rest, exp)
	c.sd = length / math.Sqrt(n-1)
	floats.Scale(1/length, dst)
}

// noise returns a bound for the length of the rounding error of the input in the standardised column.
func (c column) noise() float64 { return eps / c.sd }

// rawScale returns the factor from standardised to raw weights. Neither the standard deviation in the units of the
// variable nor its inverse is formed alone, since they may overflow.
func (c column) rawScale() float64 { return c.unit / c.sd }
