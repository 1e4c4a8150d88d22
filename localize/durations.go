package localize

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/DataDog/sketches-go/ddsketch/mapping"
)

// quantileAccuracy is the relative error of the quantiles that groups report. Saved data depend on it: see dataVersion.
const quantileAccuracy = 0.01

// durations is a DDSketch of a group's durations (Masson, Rim & Lee 2019): counts of bins whose bounds grow geometrically, so that quantiles have a
// bounded relative error and two sketches merge exactly. The bins are those of sketches-go; its stores take a kilobyte and more for each group,
// eight bytes a bin. Here the counts of one sketch are all of one width, 1, 2, 4 or 8 bytes: what the greatest of them needs.
type durations struct {
	zeros  uint64
	first  int32  // the bin of the first count
	width  uint8  // log₂ of the bytes of a count
	counts []byte // little-endian
}

// newBins returns the mapping from durations in seconds to bins. It never changes, and is shared.
func newBins() *mapping.LogarithmicMapping {
	m, err := mapping.NewLogarithmicMapping(quantileAccuracy)
	if err != nil {
		panic(err) // only for an accuracy outside (0,1)
	}
	return m
}

// binsOf returns the bins of the shortest and the longest duration above 0.
func binsOf(m *mapping.LogarithmicMapping) (lowest, highest int) {
	return m.Index(1e-9), m.Index(math.MaxInt64 / 1e9)
}

// observe adds a duration in nanoseconds.
func (d *durations) observe(m *mapping.LogarithmicMapping, nanos int64) {
	if nanos == 0 {
		d.zeros++
		return
	}
	d.add(m.Index(float64(nanos)/1e9), 1)
}

// add adds n durations to a bin.
func (d *durations) add(bin int, n uint64) {
	i := bin - int(d.first)
	if i < 0 || i >= d.bins() {
		d.cover(bin)
		i = bin - int(d.first)
	}
	n += d.count(i)
	for d.width < 3 && n>>(8<<d.width) != 0 {
		d.widen()
	}
	d.set(i, n)
}

func (d *durations) bins() int { return len(d.counts) >> d.width }

func (d *durations) count(i int) uint64 {
	switch at := d.counts[i<<d.width:]; d.width {
	case 0:
		return uint64(at[0])
	case 1:
		return uint64(binary.LittleEndian.Uint16(at))
	case 2:
		return uint64(binary.LittleEndian.Uint32(at))
	default:
		return binary.LittleEndian.Uint64(at)
	}
}

func (d *durations) set(i int, n uint64) {
	switch at := d.counts[i<<d.width:]; d.width {
	case 0:
		at[0] = byte(n)
	case 1:
		binary.LittleEndian.PutUint16(at, uint16(n))
	case 2:
		binary.LittleEndian.PutUint32(at, uint32(n))
	default:
		binary.LittleEndian.PutUint64(at, n)
	}
}

// spareBins is by how many bins more than necessary a sketch grows, so that it need not grow often.
const spareBins = 16

// cover extends the sketch to a bin that it does not have.
func (d *durations) cover(bin int) {
	low, end := bin-spareBins/2, bin+spareBins/2
	first, after := int(d.first), int(d.first)+d.bins()
	switch {
	case len(d.counts) == 0:
		first = low
	case bin < first:
		low, end = bin-spareBins, after
	default:
		low, end = first, bin+spareBins
	}
	counts := make([]byte, (end-low)<<d.width)
	copy(counts[(first-low)<<d.width:], d.counts)
	d.first, d.counts = int32(low), counts
}

// widen doubles the width of all counts.
func (d *durations) widen() {
	wide := durations{width: d.width + 1, counts: make([]byte, 2*len(d.counts))}
	for i := range d.bins() {
		wide.set(i, d.count(i))
	}
	d.width, d.counts = wide.width, wide.counts
}

// each yields the bins that are not empty, in ascending order, with their counts.
func (d *durations) each(yield func(bin int, n uint64) bool) {
	for i := range d.bins() {
		if n := d.count(i); n > 0 && !yield(int(d.first)+i, n) {
			return
		}
	}
}

func (d *durations) merge(o *durations) {
	d.zeros += o.zeros
	for bin, n := range o.each {
		d.add(bin, n)
	}
}

func (d *durations) clone() durations {
	c := *d
	c.counts = slices.Clone(d.counts)
	return c
}

// quantiles returns, of n durations in all, those at ascending ranks q·(n−1), in seconds.
func (d *durations) quantiles(m *mapping.LogarithmicMapping, n int64, q []float64) []float64 {
	found := make([]float64, 0, len(q))
	rank := func() float64 { return q[len(found)] * float64(n-1) }
	for len(found) < len(q) && rank() < float64(d.zeros) {
		found = append(found, 0)
	}
	upTo := d.zeros
	for bin, count := range d.each {
		upTo += count
		for len(found) < len(q) && rank() < float64(upTo) {
			found = append(found, m.Value(bin))
		}
	}
	return found
}
