package searchspace

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackedKeepsWhatIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 10_000 {
		m := moments{workflows: r.Uint32N(mostWorkflows + 1), spans: r.Uint32(), nanos: r.Uint64(), starts: r.Uint64N(1 << 48)}
		m.m2, m.products = math.Exp2(160*r.Float64()-30), math.Exp2(160*r.Float64()-30)
		p := m.pack()
		got := p.unpack()
		require.InEpsilon(t, m.m2, got.m2, 0x1p-33)
		require.InEpsilon(t, m.products, got.products, 0x1p-41)
		require.Equal(t, p, got.pack(), "once rounded it stays so")
		got.m2, got.products = m.m2, m.products
		require.Equal(t, m, got)
	}
	full := moments{workflows: mostWorkflows, spans: math.MaxUint32, nanos: math.MaxUint64, starts: mostWorkflows * mostPosition, m2: 0x1p128, products: 0x1p128}
	p := full.pack()
	require.Equal(t, full, p.unpack())
	for _, v := range []float64{0, smallest / 2} {
		require.Zero(t, lengthen(shorten(v, droppedOfSquares), droppedOfSquares))
	}
	require.Equal(t, smallest, lengthen(shorten(smallest, droppedOfProducts), droppedOfProducts))
}

// accuracy lets a caller of 2 s with a standard deviation in seconds call a context that takes the first half of it and half of what it varies, and
// returns how far the share and, relatively, the standard deviation are from those of sums that are not rounded.
func accuracy(n int, sigma float64) (share, deviation float64) {
	r := rand.New(rand.NewPCG(uint64(n), math.Float64bits(sigma)))
	var callee, caller packed
	times := make([][2]float64, n)
	var sums [2]float64
	for i := range times {
		varies := sigma * 1e9 * (2*r.Float64() - 1) * math.Sqrt(3)
		p := occurrence{spans: 1, nanos: uint64(2e9 + varies)}
		x := occurrence{spans: 1, nanos: uint64(1e9 + varies/2), caller: p.nanos}
		caller.merge(p.moments())
		callee.merge(x.moments())
		times[i] = [2]float64{float64(x.nanos), float64(p.nanos)}
		sums[0], sums[1] = sums[0]+times[i][0], sums[1]+times[i][1]
	}
	var products, squares float64
	for _, t := range times {
		dx, dp := t[0]-sums[0]/float64(n), t[1]-sums[1]/float64(n)
		products, squares = products+dx*dp, squares+dp*dp
	}
	p, x := caller.unpack(), callee.unpack()
	return math.Abs(p.asCaller().share(&x) - products/squares), math.Abs(math.Sqrt(p.m2/squares) - 1)
}

// TestAccuracy checks what the package's documentation says of it.
func TestAccuracy(t *testing.T) {
	for _, n := range []int{100, 10_000, 1_000_000} {
		for _, cov := range []float64{0.5, 0.1, 0.01, 0.001, 2e-4} {
			share, deviation := accuracy(n, 2*cov)
			t.Logf("%7d workflows, coefficient of variation %6g: share ± %.1e, standard deviation ± %.1e", n, cov, share, deviation)
			root := math.Sqrt(float64(n))
			require.Less(t, share, root*(1e-10+5e-13/cov/cov), "%d %g", n, cov)
			require.Less(t, deviation, 1e-10*root, "%d %g", n, cov)
		}
	}
}

// TestRegularWorkflows has sums of which every addend is rounded alike.
func TestRegularWorkflows(t *testing.T) {
	var callee, caller packed
	for i := range 2_000_000 {
		p := occurrence{spans: 1, nanos: 1e9 + uint64(i%2)*2e8}
		x := occurrence{spans: 1, nanos: 5e8 + uint64(i%2)*1e8, caller: p.nanos}
		caller.merge(p.moments())
		callee.merge(x.moments())
	}
	p, x := caller.unpack(), callee.unpack()
	t.Log(p.asCaller().share(&x)-0.5, math.Sqrt(p.m2/2e6)/1e8-1)
	require.InDelta(t, 0.5, p.asCaller().share(&x), 1e-4)
	require.InEpsilon(t, 1e8, math.Sqrt(p.m2/2e6), 1e-4)
}

// TestHardlyVarying: what is too little to tell is 0.
func TestHardlyVarying(t *testing.T) {
	for cov, want := range map[float64]float64{1e-3: 0.5, 2e-4: 0.5, 5e-5: 0, 1e-9: 0} {
		t.Run(fmt.Sprint(cov), func(t *testing.T) {
			var callee, caller packed
			for i := range 1000 {
				p := occurrence{spans: 1, nanos: uint64(1e12 + cov*2e12*float64(i%2))}
				x := occurrence{spans: 1, nanos: p.nanos / 2, caller: p.nanos}
				caller.merge(p.moments())
				callee.merge(x.moments())
			}
			p, x := caller.unpack(), callee.unpack()
			require.InDelta(t, want, p.asCaller().share(&x), 1e-3)
		})
	}
}
