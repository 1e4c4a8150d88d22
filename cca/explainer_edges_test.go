package cca_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/cca"
)

func TestExplainMissingValues(t *testing.T) {
	const n = 200
	r := random(1)
	size := number("size", n, func(int) float64 { return r.Float64() })
	seconds := make([]float64, n)
	for i := range seconds {
		seconds[i] = size.Numbers[i] + 0.05*r.NormFloat64()
	}
	hidden := 0
	for i := range size.Numbers {
		if i%4 == 0 {
			size.Numbers[i] = math.NaN()
			hidden++
		}
	}
	found := explain(t, finding(n, 1, func(i int) float64 { return seconds[i] }, size))
	require.Len(t, found, 1)
	require.Greater(t, found[0].Strength, 0.95)
	counted := 0
	for _, v := range found[0].Ranges {
		require.False(t, math.IsNaN(v.Low+v.High+v.Seconds))
		counted += v.Traces
	}
	require.Equal(t, n-hidden, counted)
}

func TestExplainMissingCategories(t *testing.T) {
	const n = 200
	r := random(2)
	zone := category("zone", n, func(i int) string { return []string{"a", "b", "a", "b", ""}[i%5] })
	found := explain(t, finding(n, 1, func(i int) float64 {
		return map[string]float64{"a": 0.1, "b": 0.5, "": 0.3}[zone.Category[i]] + 0.02*r.NormFloat64()
	}, zone))
	require.Len(t, found, 1)
	require.Len(t, found[0].Ranges, 3)
	for i, want := range []string{"a", "(none)", "b"} {
		require.Equal(t, want, found[0].Ranges[i].Category)
		require.Equal(t, []int{80, 40, 80}[i], found[0].Ranges[i].Traces)
	}
}

func TestExplainUselessVariables(t *testing.T) {
	const n = 100
	r := random(3)
	nan := math.NaN()
	for _, v := range []pythia.Variable{
		number("constant", n, func(int) float64 { return 7 }),
		number("all missing", n, func(int) float64 { return nan }),
		number("mostly missing", n, func(i int) float64 { return []float64{nan, nan, float64(i)}[i%3] }),
		number("infinite", n, func(int) float64 { return math.Inf(1) }),
		category("constant", n, func(int) string { return "a" }),
		category("all missing", n, func(int) string { return "" }),
		category("as many as requests", n, func(i int) string { return fmt.Sprint(i) }),
		category("more than twenty", n, func(i int) string { return fmt.Sprint(i * 21 / n) }),
		category("twice at most", n, func(i int) string { return fmt.Sprint(i / 2) }),
	} {
		found := explain(t, finding(n, 1, func(i int) float64 { return float64(i) + r.Float64() }, v))
		require.Nil(t, found, v.Name)
	}
}

func TestExplainConstantDurations(t *testing.T) {
	r := random(4)
	require.Nil(t, explain(t, finding(50, 1, func(int) float64 { return 0.1 }, number("x", 50, func(int) float64 { return r.Float64() }))))
	require.Nil(t, explain(t, finding(50, 1, func(int) float64 { return 0.1 })), "no variables")
}

func TestExplainTooFewRequests(t *testing.T) {
	for _, n := range []int{0, 1, 9, 10} {
		x := number("x", n, func(i int) float64 { return float64(i) })
		found := explain(t, finding(n, 1, func(i int) float64 { return float64(i * i) }, x))
		require.Equal(t, n == 10, found != nil, "%d requests", n)
	}
}

func TestExplainMalformedSample(t *testing.T) {
	x := number("x", 20, func(i int) float64 { return float64(i) })
	good := func() *pythia.Finding { return finding(20, 1, func(i int) float64 { return float64(i) }, x) }
	for _, c := range []struct {
		name  string
		spoil func(f *pythia.Finding)
	}{
		{"no sample", func(f *pythia.Finding) { f.Sample = nil }},
		{"fewer totals", func(f *pythia.Finding) { f.Sample.TotalSeconds = f.Sample.TotalSeconds[:19] }},
		{"no totals", func(f *pythia.Finding) { f.Sample.TotalSeconds = nil }},
		{"a short variable", func(f *pythia.Finding) { f.Sample.Variables[0].Numbers = x.Numbers[:19] }},
		{"an empty variable", func(f *pythia.Finding) { f.Sample.Variables[0] = pythia.Variable{Name: "x"} }},
		{"numbers and categories", func(f *pythia.Finding) { f.Sample.Variables[0].Category = make([]string, 20) }},
		{"half of each", func(f *pythia.Finding) {
			f.Sample.Variables[0] = pythia.Variable{Name: "x", Numbers: x.Numbers[:10], Category: make([]string, 10)}
		}},
	} {
		f := good()
		c.spoil(f)
		found, err := cca.Explainer{}.Explain(f)
		require.ErrorContains(t, err, "cca: ", c.name)
		require.Nil(t, found)
	}
	_, err := cca.Explainer{}.Explain(good())
	require.NoError(t, err)
}

// What is wrong with a single duration must not bring down the report.
func TestExplainHostileDurations(t *testing.T) {
	const n = 40
	x := number("x", n, func(i int) float64 { return float64(i) })
	for _, hostile := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e200, math.MaxFloat64, -math.MaxFloat64, 5e-324} {
		for _, places := range []bool{false, true} {
			f := finding(n, 3, func(i int) float64 { return float64(i) }, x)
			f.Sample.TotalSeconds = append([]float64{hostile}, f.Sample.TotalSeconds[1:]...)
			if places {
				f.Sample.PlaceSeconds = f.Sample.TotalSeconds
			}
			assert.NotPanics(t, func() { _, _ = cca.Explainer{}.Explain(f) }, "%v, at the place: %t", hostile, places)
		}
	}
}

func TestExplainIsDeterministicAndPure(t *testing.T) {
	const n = 100
	r := random(5)
	variables := noise(r, n)
	seconds := func(i int) float64 {
		return variables[0].Numbers[i] + variables[5].Numbers[i] + float64(len(variables[2].Category[i]))
	}
	f := finding(n, 2, seconds, variables...)
	before := fmt.Sprintf("%+v", *f.Sample)
	want := explain(t, f)
	require.NotEmpty(t, want)
	for range 3 {
		require.Equal(t, want, explain(t, f))
	}
	require.Equal(t, before, fmt.Sprintf("%+v", *f.Sample), "the sample is not modified")
}

func TestExplainerSettings(t *testing.T) {
	const n = 100
	r := random(6)
	var variables []pythia.Variable
	for k := range 8 {
		variables = append(variables, number(fmt.Sprint(k), n, func(int) float64 { return r.NormFloat64() }))
	}
	f := finding(n, 1, func(i int) (sum float64) {
		for _, v := range variables {
			sum += v.Numbers[i]
		}
		return sum
	}, variables...)
	count := func(e cca.Explainer) int {
		found, err := e.Explain(f)
		require.NoError(t, err)
		return len(found)
	}
	require.Equal(t, 2, count(cca.Explainer{Most: 2, LeastStrength: 0.1, Level: 0.5}))
	require.LessOrEqual(t, count(cca.Explainer{LeastStrength: 0.1, Level: 0.5}), 5)
	require.Zero(t, count(cca.Explainer{LeastStrength: 0.9}))
	for _, impossible := range []cca.Explainer{{Permutations: 9}, {Permutations: -1}, {Most: -1}, {MaxCategories: -1}} {
		_, err := impossible.Explain(f)
		require.Error(t, err, "the least p-value of 9 permutations is 0.1")
	}
	require.Equal(t, 1, count(cca.Explainer{Duplicate: 1e-9, LeastStrength: 0.1, Level: 0.5}))
}

// FuzzExplain makes a sample of the bytes: eight are a number, one a category.
func FuzzExplain(f *testing.F) {
	f.Add(uint8(20), uint8(2), []byte("0123456789abcdefghijklmnopqrstuvwxyz"))
	f.Add(uint8(60), uint8(0), make([]byte, 500))
	f.Add(uint8(12), uint8(9), binary.LittleEndian.AppendUint64(nil, math.Float64bits(math.NaN())))
	f.Add(uint8(12), uint8(1), binary.LittleEndian.AppendUint64([]byte("x"), math.Float64bits(math.MaxFloat64)))
	f.Add(uint8(12), uint8(9), []byte("1110\xf8\x7f")) // durations whose squares overflow
	f.Fuzz(func(t *testing.T, n, modes uint8, raw []byte) {
		at := 0
		next := func() (b byte) {
			if len(raw) > 0 {
				b = raw[at%len(raw)]
				at++
			}
			return b
		}
		float := func(int) float64 {
			if next()%4 > 0 {
				return float64(next())
			}
			var b [8]byte
			for i := range b {
				b[i] = next()
			}
			return math.Float64frombits(binary.LittleEndian.Uint64(b[:]))
		}
		size := int(n) % 64
		x, y := number("x", size, float), number("y", size, float)
		c := category("c", size, func(int) string { return "abcdefghij"[:next()%10] })
		sample := finding(size, int(modes)%12, float, x, y, c)
		var found []pythia.Explanation
		var err error
		require.NotPanics(t, func() { found, err = cca.Explainer{Permutations: 19, Level: 1}.Explain(sample) })
		if err != nil { // durations that are none
			require.ErrorContains(t, err, "cca: ")
			require.Nil(t, found)
		}
		for _, e := range found {
			require.True(t, e.Strength >= 0 && e.Strength <= 1, "%+v", e)
			require.True(t, e.P > 0 && e.P <= 1, "%+v", e)
			for _, v := range e.Ranges {
				require.Positive(t, v.Traces)
			}
		}
	})
}
