package localize

import (
	"math"
	"math/bits"
	"slices"
)

// The radix sort distributes by three digits of eleven bits. Three, since their 33 bits tell nearly all durations apart; of eleven bits, since
// the counts then stay in the nearest cache.
const (
	radixBits   = 11
	radixDigits = 3
	radixMask   = 1<<radixBits - 1
	// radixLeast is the size from which the radix sort beats comparing.
	radixLeast = 512
)

// ascending returns the finite values of a sample in ascending order; the sample is not modified. Comparing was most of the work of a dip,
// so large samples are sorted by the digits of their bits: O(n) as long as few values agree in the leading 33 bits of what differs among
// them, and O(n log n) at worst.
func ascending(sample []float64) []float64 {
	values := make([]float64, 0, len(sample))
	low, high := uint64(math.MaxUint64), uint64(0)
	for _, v := range sample {
		if v-v == 0 { // false for NaN and for both infinities
			v += 0 // -0 becomes 0: equal values shall be alike
			values = append(values, v)
			low, high = min(low, orderOf(v)), max(high, orderOf(v))
		}
	}
	if len(values) < radixLeast {
		slices.Sort(values)
		return values
	}
	shift := max(0, bits.Len64(high-low)-radixDigits*radixBits)
	values = distribute(values, low, shift)
	sortTied(values, low, shift)
	return values
}

// orderOf returns an integer that orders as the number does: all bits of a negative number are inverted, else only the sign.
func orderOf(v float64) uint64 {
	b := math.Float64bits(v)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// distribute returns the values in the order of three digits, from the bit shift of their distance from low on, in memory of its own or theirs.
func distribute(values []float64, low uint64, shift int) []float64 {
	var counts [radixDigits][1 << radixBits]int32
	for _, v := range values {
		d := (orderOf(v) - low) >> shift
		counts[0][d&radixMask]++
		counts[1][d>>radixBits&radixMask]++
		counts[2][d>>(2*radixBits)&radixMask]++
	}
	spare := make([]float64, len(values))
	for digit := range counts {
		at, start := &counts[digit], int32(0)
		for d, n := range at {
			at[d] = start
			start += n
		}
		for _, v := range values {
			d := (orderOf(v) - low) >> (shift + digit*radixBits) & radixMask
			spare[at[d]] = v
			at[d]++
		}
		values, spare = spare, values
	}
	return values
}

// sortTied sorts the runs of values that agree in all digits, where they are not in order by chance.
func sortTied(values []float64, low uint64, shift int) {
	start, sorted := 0, true
	for i := 1; i < len(values); i++ {
		switch {
		case (orderOf(values[i])-low)>>shift != (orderOf(values[i-1])-low)>>shift:
			if !sorted {
				slices.Sort(values[start:i])
			}
			start, sorted = i, true
		case values[i] < values[i-1]:
			sorted = false
		}
	}
	if !sorted {
		slices.Sort(values[start:])
	}
}
