package strategytest

import "math"

// stream is the generator SplitMix64 (Steele, Lea and Flood 2014). It starts at any key at no cost, so that everything in a world can have a
// stream of its own: what one thing draws then never depends on what others drew.
type stream struct{ state uint64 }

const golden = 0x9e3779b97f4a7c15

// Uint64 makes a stream a source of math/rand/v2.
func (s *stream) Uint64() uint64 {
	s.state += golden
	return mix(s.state)
}

// exponential returns an exponentially distributed number of mean 1.
func (s *stream) exponential() float64 { return -math.Log1p(-unit(s.Uint64())) }

// geometric returns a number from 1 on, of the given mean.
func (s *stream) geometric(mean float64) int {
	if mean <= 1 {
		return 1
	}
	return 1 + int(math.Log1p(-unit(s.Uint64()))/math.Log1p(-1/mean))
}

func mix(n uint64) uint64 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// combine derives a key from two.
func combine(a, b uint64) uint64 { return mix(a + golden*(b+1)) }

// unit maps random bits to [0, 1).
func unit(bits uint64) float64 { return float64(bits>>11) / (1 << 53) }

// pick returns a uniform number below n.
func pick(bits uint64, n int) int { return int(unit(bits) * float64(n)) }
