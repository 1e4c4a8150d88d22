package localize

import (
	"math"
	"math/big"
	"math/bits"
)

// sum is an exact sum of products of non-negative int64, in 192 bits, the lowest word first: 2⁶⁴ of the largest products fit.
type sum [3]uint64

func (s *sum) add(a, b int64) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	s.merge(sum{lo, hi})
}

func (s *sum) merge(o sum) {
	var carry uint64
	s[0], carry = bits.Add64(s[0], o[0], 0)
	s[1], carry = bits.Add64(s[1], o[1], carry)
	s[2], _ = bits.Add64(s[2], o[2], carry)
}

func (s sum) big() *big.Int {
	x := new(big.Int).SetUint64(s[2])
	for i := 1; i >= 0; i-- {
		x.Lsh(x, 64)
		x.Or(x, new(big.Int).SetUint64(s[i]))
	}
	return x
}

// float returns the nearest float64.
func (s sum) float() float64 {
	if s[2] == 0 {
		return float128(s[1], s[0])
	}
	return float(s.big())
}

func float(x *big.Int) float64 {
	f, _ := new(big.Float).SetInt(x).Float64()
	return f
}

// float128 returns the float64 that is nearest to hi·2⁶⁴+lo.
func float128(hi, lo uint64) float64 {
	if hi == 0 {
		return float64(lo)
	}
	zeros := bits.LeadingZeros64(hi)
	top, rest := hi<<zeros|lo>>(64-zeros), lo<<zeros
	if rest != 0 {
		top |= 1 // lies below all that is rounded, and says only that there is more
	}
	return math.Ldexp(float64(top), 64-zeros)
}

// covariance returns the float64 that is nearest to n²·Cov(x,y) = n·Σxy − Σx·Σy, which is computed exactly: in 128 bits where that is enough, as
// it is for days of requests, since this is done for every edge of every group of a report.
func covariance(n int64, xy, x, y sum) float64 {
	high, first := bits.Mul64(uint64(n), xy[0])
	over, second := bits.Mul64(uint64(n), xy[1])
	second, carry := bits.Add64(second, high, 0)
	if over|carry|xy[2]|x[1]|x[2]|y[1]|y[2] != 0 {
		return float(bigCovariance(n, xy, x, y))
	}
	hi, lo := bits.Mul64(x[0], y[0])
	if second < hi || second == hi && first < lo {
		lo, borrow := bits.Sub64(lo, first, 0)
		hi, _ := bits.Sub64(hi, second, borrow)
		return -float128(hi, lo)
	}
	lo, borrow := bits.Sub64(first, lo, 0)
	hi, _ = bits.Sub64(second, hi, borrow)
	return float128(hi, lo)
}

// bigCovariance returns n²·Cov(x,y) = n·Σxy − Σx·Σy, exactly.
func bigCovariance(n int64, xy, x, y sum) *big.Int {
	c := xy.big()
	c.Mul(c, big.NewInt(n))
	return c.Sub(c, new(big.Int).Mul(x.big(), y.big()))
}

// totalMoments are those of a group's total T.
type totalMoments struct {
	n     int64
	t, tt sum
}

func (m *totalMoments) add(t int64) {
	m.n++
	m.t.add(t, 1)
	m.tt.add(t, t)
}

func (m *totalMoments) merge(o totalMoments) {
	m.n += o.n
	m.t.merge(o.t)
	m.tt.merge(o.tt)
}

// variance returns n²·Var(T) in nanoseconds².
func (m totalMoments) variance() float64 { return covariance(m.n, m.tt, m.t, m.t) }

// edgeMoments are what is needed of an edge's duration x and count c beside the total T. Workflows without the edge add nothing.
type edgeMoments struct {
	traces int64
	x, t   sum // Σx, and ΣT over the workflows that pass the edge
	xt     sum
	again  sum // Σ(c−1) over them: 0 unless one passed it repeatedly
	againT sum // Σ(c−1)·T
}

// count is Σc.
func (m *edgeMoments) count() sum {
	c := m.again
	c.merge(sum{uint64(m.traces)})
	return c
}

// countT is Σc·T.
func (m *edgeMoments) countT() sum {
	c := m.againT
	c.merge(m.t)
	return c
}

// parts returns Cov(x,T) and its count part μ·Cov(c,T), both times n², in nanoseconds².
func (m *edgeMoments) parts(total totalMoments) (all, count float64) {
	all = covariance(total.n, m.xt, m.x, total.t)
	c := covariance(total.n, m.countT(), m.count(), total.t)
	return all, c * m.x.float() / m.count().float()
}
