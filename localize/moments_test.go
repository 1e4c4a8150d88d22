package localize

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// bigMoments are [edgeMoments] by math/big.
type bigMoments struct{ traces, x, t, xt, count, countT big.Int }

func (m *bigMoments) add(x, c, t int64) {
	product := func(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }
	m.traces.Add(&m.traces, big.NewInt(1))
	m.x.Add(&m.x, big.NewInt(x))
	m.t.Add(&m.t, big.NewInt(t))
	m.xt.Add(&m.xt, product(x, t))
	m.count.Add(&m.count, big.NewInt(c))
	m.countT.Add(&m.countT, product(c, t))
}

func (m *bigMoments) require(t *testing.T, got edgeMoments) {
	t.Helper()
	require.Zero(t, m.traces.Cmp(big.NewInt(got.traces)))
	for i, pair := range []struct {
		want *big.Int
		got  sum
	}{{&m.x, got.x}, {&m.t, got.t}, {&m.xt, got.xt}, {&m.count, got.count()}, {&m.countT, got.countT()}} {
		require.Zero(t, pair.want.Cmp(pair.got.big()), "sum %d", i)
		want, _ := new(big.Float).SetInt(pair.want).Float64()
		require.Equal(t, want, pair.got.float(), "sum %d", i)
	}
}

// draws are durations and counts of several kinds: as requests have them, with repeats, and so long that words overflow at every step.
var draws = map[string]func(rng *rand.Rand) (x, c, total int64){
	"usual": func(rng *rand.Rand) (x, c, total int64) { x = rng.Int64N(1e9); return x, 1, x + rng.Int64N(1e9) },
	"loops": func(rng *rand.Rand) (x, c, total int64) {
		x = rng.Int64N(1e9)
		return x, 1 + rng.Int64N(4), x + rng.Int64N(1e9)
	},
	"endless": func(rng *rand.Rand) (x, c, total int64) {
		return math.MaxInt64 - rng.Int64N(1000), 1 + rng.Int64N(2)*(math.MaxInt32-1), math.MaxInt64 - rng.Int64N(1000)
	},
}

// Whatever is added in whatever parts, the sums are exact, and survive being saved.
func TestPackedMomentsAreExact(t *testing.T) {
	for name, draw := range draws {
		t.Run(name, func(t *testing.T) {
			rng := seeded(1)
			var want bigMoments
			parts, tables := make([]edgeStats, 3), make([]rareTable, 3)
			for range 3000 {
				x, c, total := draw(rng)
				want.add(x, c, total)
				i := rng.IntN(3)
				tables[i].add(&parts[i], x, c, total)
			}
			for i := 1; i < 3; i++ {
				tables[0].merge(&parts[0], &parts[i], tables[i])
			}
			got := tables[0].unpack(&parts[0])
			want.require(t, got)
			var again edgeStats
			var table rareTable
			require.True(t, table.pack(&again, got))
			require.Equal(t, got, table.unpack(&again))
			require.Equal(t, name == "usual", parts[0].rare == 0, "only what is rare takes memory for it")
		})
	}
}

func TestPackRefusesWhatCannotBe(t *testing.T) {
	var table rareTable
	require.False(t, table.pack(&edgeStats{}, edgeMoments{traces: 1, x: sum{0, 0, 1}}))
	require.False(t, table.pack(&edgeStats{}, edgeMoments{traces: 1, t: sum{0, 0, 1}}))
}

// The short way of computing covariances gives what the long way does, to the last bit, on both sides of where it ends.
func TestCovarianceIsExact(t *testing.T) {
	rng := seeded(2)
	word := func() uint64 { return rng.Uint64() >> rng.IntN(64) }
	for range 100_000 {
		n, xy, x, y := int64(word()>>1), sum{word(), word()}, sum{word()}, sum{word()}
		switch rng.IntN(8) {
		case 0:
			xy[2] = word()
		case 1:
			x[1] = word()
		case 2:
			y[1], y[2] = word(), word()
		case 3: // close to each other
			xy, x, y = sum{word() >> 1, 0}, sum{word() >> 1}, sum{1}
			x[0] = xy[0] + uint64(rng.IntN(2))
			n = 1
		}
		want := float(bigCovariance(n, xy, x, y))
		require.Equal(t, want, covariance(n, xy, x, y), "%d %v %v %v", n, xy, x, y)
		require.Equal(t, float(xy.big()), xy.float())
	}
}
