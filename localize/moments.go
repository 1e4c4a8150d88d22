package localize

import (
	"math/big"
	"math/bits"
)

// sum is an exact sum of products of non-negative int64, in 192 bits: 2⁶⁴ of the largest products fit.
type sum [3]uint64

func (s *sum) add(a, b int64) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	var carry uint64
	s[0], carry = bits.Add64(s[0], lo, 0)
	s[1], carry = bits.Add64(s[1], hi, carry)
	s[2] += carry
}

func (s *sum) merge(o sum) {
	var carry uint64
	for i := range s {
		s[i], carry = bits.Add64(s[i], o[i], carry)
	}
}

func (s sum) big() *big.Int {
	x := new(big.Int).SetUint64(s[2])
	for i := 1; i >= 0; i-- {
		x.Lsh(x, 64)
		x.Or(x, new(big.Int).SetUint64(s[i]))
	}
	return x
}

// covariance returns n²·Cov(x,y) = n·Σxy − Σx·Σy, exactly.
func covariance(n int64, xy, x, y sum) *big.Int {
	c := xy.big()
	c.Mul(c, big.NewInt(n))
	return c.Sub(c, new(big.Int).Mul(x.big(), y.big()))
}

func float(x *big.Int) float64 {
	f, _ := new(big.Float).SetInt(x).Float64()
	return f
}

func (s sum) float() float64 { return float(s.big()) }

// edgeMoments are what is needed of an edge's duration x and count c beside the total T. Workflows without the edge add nothing.
type edgeMoments struct {
	traces         int64
	x, xx, xt      sum
	count, count2  sum
	countT, countX sum
	repeated       int64 // workflows in which the edge was passed more than once
}

func (m *edgeMoments) add(x, c, t int64) {
	m.traces++
	m.x.add(x, 1)
	m.xx.add(x, x)
	m.xt.add(x, t)
	m.count.add(c, 1)
	m.count2.add(c, c)
	m.countT.add(c, t)
	m.countX.add(c, x)
	if c > 1 {
		m.repeated++
	}
}

func (m *edgeMoments) merge(o *edgeMoments) {
	m.traces += o.traces
	m.repeated += o.repeated
	m.x.merge(o.x)
	m.xx.merge(o.xx)
	m.xt.merge(o.xt)
	m.count.merge(o.count)
	m.count2.merge(o.count2)
	m.countT.merge(o.countT)
	m.countX.merge(o.countX)
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

// parts returns Cov(x,T) and its count part μ·Cov(c,T), both times n², in nanoseconds².
func (m *edgeMoments) parts(total totalMoments) (all, count float64) {
	all = float(covariance(total.n, m.xt, m.x, total.t))
	c := float(covariance(total.n, m.countT, m.count, total.t))
	return all, c * m.x.float() / m.count.float()
}

// variance returns n²·Var(T) in nanoseconds².
func (m totalMoments) variance() float64 { return float(covariance(m.n, m.tt, m.t, m.t)) }
