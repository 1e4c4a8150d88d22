package localize

import (
	"context"
	"encoding"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

var (
	_ encoding.BinaryMarshaler   = (*Variance)(nil)
	_ encoding.BinaryUnmarshaler = (*Variance)(nil)
)

func saved(tb testing.TB, v *Variance) []byte {
	tb.Helper()
	data, err := v.MarshalBinary()
	require.NoError(tb, err)
	return data
}

// restored is what a localizer of the same settings makes of the data of v.
func restored(tb testing.TB, v *Variance) *Variance {
	tb.Helper()
	r := v.New().(*Variance)
	require.NoError(tb, r.UnmarshalBinary(saved(tb, v)))
	return r
}

// comparison is all that v says, compared with a baseline.
func comparison(t *testing.T, v, before *Variance) string {
	t.Helper()
	groups, found, err := v.Localize(context.Background(), before)
	require.NoError(t, err)
	return printed(groups, found)
}

// A localizer that was saved and restored cannot be told from the one that was not, whatever comes next.
func TestRestoredIsTheSame(t *testing.T) {
	now, then := randomTraces(300, 1), randomTraces(200, 2)
	for _, c := range []Config{{}, {SampleSize: 30}, {Measure: pythia.UntilAnswered, MaxGroups: 2}, {MaxExemplars: 50}} {
		kept, before, other := localizer(t, c), localizer(t, c), localizer(t, c)
		observe(kept, now[:100]...)
		observe(before, then...)
		observe(other, now[200:]...)
		back, backBefore := restored(t, kept), restored(t, before)
		check := func() {
			t.Helper()
			requireSame(t, comparison(t, kept, before), comparison(t, back, backBefore), 1)
			require.Equal(t, saved(t, kept), saved(t, back))
		}
		check()
		observe(kept, now[100:200]...)
		observe(back, now[100:200]...)
		check()
		require.NoError(t, kept.Merge(other))
		require.NoError(t, back.Merge(restored(t, other)))
		check()
		whole := localizer(t, c)
		require.NoError(t, whole.Merge(back))
		requireSame(t, comparison(t, kept, before), comparison(t, whole, backBefore), 1)
	}
}

// What is stored of an accumulator is all that there is to it.
func TestRestoredAccumulators(t *testing.T) {
	v := localizer(t, Config{SampleSize: 50})
	observe(v, randomTraces(200, 3)...)
	back := restored(t, v)
	require.Len(t, back.groups, len(v.groups))
	for key, a := range v.groups {
		b := back.groups[key]
		require.Equal(t, a.total, b.total)
		require.Equal(t, a.latest, b.latest)
		require.Equal(t, a.requestType, b.requestType)
		require.Equal(t, maps.Collect(a.durations.each), maps.Collect(b.durations.each))
		require.Len(t, b.edges, len(a.edges))
		then := v.observer.order(a)
		for at, now := range back.observer.order(b) {
			k, o := &a.edges[then[at]].key, &b.edges[now].key
			require.Equal(t, v.observer.describe(k), back.observer.describe(o))
			require.Equal(t, v.observer.stack(k.owner), back.observer.stack(o.owner))
			require.Equal(t, a.moments(then[at]), b.moments(now))
		}
		restored := b.sample.byTime()
		for i, e := range a.sample.byTime() {
			require.Equal(t, spelled(v, a, e), spelled(back, b, restored[i]))
		}
	}
}

// spelled is all that an exemplar holds, in words.
func spelled(v *Variance, a *accumulator, e *exemplar) string {
	words := e.words.all()
	var parts []string
	for s := range e.passed {
		parts = append(parts, fmt.Sprint("edge ", v.observer.describe(&a.edges[s.edge].key), a.edges[s.edge].key.from, a.edges[s.edge].key.to, s.nanos, s.count))
	}
	for x := range e.variables {
		parts = append(parts, fmt.Sprint("variable ", words.text(x.word), x.number, x.text))
	}
	for c := range e.spansByPoint {
		parts = append(parts, fmt.Sprint("spans ", words.text(c.word), c.count))
	}
	slices.Sort(parts)
	return fmt.Sprint(e.rank, e.trace, e.start, e.total, parts)
}

func TestSavedDoesNotDependOnOrder(t *testing.T) {
	traces := randomTraces(240, 4)
	for _, size := range []int{0, 30} {
		whole := localizer(t, Config{SampleSize: size})
		observe(whole, traces...)
		want, rng := saved(t, whole), seeded(5)
		require.Equal(t, want, saved(t, whole))
		for k := 1; k <= 4; k++ {
			require.Equal(t, want, saved(t, split(t, Config{SampleSize: size}, traces, k, rng)), k)
		}
	}
}

func TestSavedEdgeCases(t *testing.T) {
	empty := localizer(t, Config{})
	require.Empty(t, restored(t, empty).groups)
	full := localizer(t, Config{})
	observe(full, randomTraces(10, 1)...)
	require.NoError(t, full.UnmarshalBinary(saved(t, empty)))
	require.Empty(t, full.groups, "what it had seen before is gone")

	for i, nanos := range []int64{0, 0, 1, 2, math.MaxInt64 / 2, 1<<62 - 1, 1e9, 1e9} { // from one end of the sketch to the other
		spans := []pythia.Span{{ID: "a", EndNanos: nanos, Attrs: pythia.AttrsOf(
			pythia.Number("nan", math.NaN()), pythia.Number("inf", math.Inf(-1)), pythia.Number("third", 1./3), pythia.String("text", "\x00\xff"))}}
		trace, err := pythia.NewTrace(fmt.Sprint(i%7), spans)
		require.NoError(t, err)
		full.Observe("", trace)
	}
	back := restored(t, full)
	requireSame(t, printed(localize(t, full)), printed(localize(t, back)), 1)
	require.Equal(t, saved(t, full), saved(t, back))
}

// resealed gives data that were tampered with the right checksum.
func resealed(data []byte) []byte {
	body := data[:max(0, len(data)-checksumSize)]
	return binary.LittleEndian.AppendUint32(slices.Clone(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}

func TestUnmarshalRefuses(t *testing.T) {
	v := localizer(t, Config{SampleSize: 20})
	observe(v, randomTraces(40, 1)...)
	data := saved(t, v)
	before := printed(localize(t, v))
	for _, c := range []Config{{}, {SampleSize: 20, Measure: pythia.UntilAnswered}} {
		require.ErrorContains(t, localizer(t, c).UnmarshalBinary(data), "another Measure or SampleSize")
	}
	changed := func(at int, to byte) []byte {
		c := slices.Clone(data)
		c[at] = to
		return c
	}
	refused := func(data []byte, want error, message string) {
		t.Helper()
		err := v.UnmarshalBinary(data)
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, message)
	}
	refused(changed(len(magic), 4), ErrVersion, "format 4, and this one reads up to 3")
	refused(changed(len(magic), 2), ErrCorrupt, "format 2 is not read by this version")
	refused(changed(0, 'x'), ErrCorrupt, `does not begin with "pythiaVL"`)
	refused(nil, ErrCorrupt, "does not begin")
	refused([]byte(magic), ErrCorrupt, "cut short")
	refused(data[:len(magic)+1+checksumSize-1], ErrCorrupt, "cut short")
	refused(append(slices.Clone(data), 0), ErrCorrupt, "checksum")
	refused(resealed(append(slices.Clone(data), 0)), ErrCorrupt, "more after its end")
	require.Error(t, new(Variance).UnmarshalBinary(data), "not made by New")
	require.Equal(t, before, printed(localize(t, v)))
}

// Data damaged at any place are refused, and the localizer is as before. With a checksum that is right all the same they are refused, or something
// that can be worked with.
func TestUnmarshalDamaged(t *testing.T) {
	data := saved(t, simple(t, Config{SampleSize: 3}))
	into := localizer(t, Config{SampleSize: 3})
	accepted := 0
	for at := range data {
		require.ErrorIs(t, into.UnmarshalBinary(data[:at]), ErrCorrupt, at)
		require.Error(t, into.UnmarshalBinary(resealed(data[:at])), at)
		for _, change := range []byte{1, 0x80, 0xff} {
			damaged := slices.Clone(data)
			damaged[at] ^= change
			require.Error(t, into.UnmarshalBinary(damaged), at)
			require.Empty(t, into.groups)
			if into.UnmarshalBinary(resealed(damaged)) == nil {
				accepted++
				requireUsable(t, into)
				into.groups = nil
			}
		}
	}
	t.Logf("%d of %d forgeries of %d bytes are accepted", accepted, 3*len(data), len(data))
}

// requireUsable has a restored localizer do all that it can.
func requireUsable(t *testing.T, v *Variance) {
	t.Helper()
	_, _, err := v.Localize(context.Background(), v)
	require.NoError(t, err)
	require.Equal(t, saved(t, v), saved(t, restored(t, v)))
	again := simple(t, Config{SampleSize: v.config.SampleSize})
	require.NoError(t, again.Merge(v))
	require.NoError(t, v.Merge(again))
}

// A few bytes that claim to be many things take no memory for them.
func TestUnmarshalAllocatesInProportion(t *testing.T) {
	v := localizer(t, Config{SampleSize: math.MaxInt})
	join := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	zeros := func(n int) []byte { return make([]byte, n) }
	many := join(binary.AppendUvarint(nil, 1<<40), zeros(100))
	head := append(binary.AppendUvarint([]byte(magic+"\x03\x00"), math.MaxInt), 0, 0, 0) // nothing was let go
	begun := join(head, []byte{0, 1, 0, 1, 'k', 0, 8, 0})                                // no contexts, and a group k of eight workflows
	group := join(begun, []byte{0, 0, 0, 0, 0, 0, 8})                                    // that took no time
	sample := join(group, []byte{0, 8})
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"contexts":          {join(head, many), "the number of contexts is 1099511627776"},
		"a parent":          {join(head, []byte{1}, many), "the number of a context is 1099511627776"},
		"a context twice":   {join(head, []byte{2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, zeros(100)), "a context twice"},
		"groups":            {join(head, zeros(1), many), "the number of groups is 1099511627776"},
		"a name":            {join(head, []byte{0, 1, 0}, many), "the number of bytes of a text is 1099511627776"},
		"edges":             {join(group, many), "the number of edges is 1099511627776"},
		"an edge's context": {join(group, []byte{1}, many), "the number of a context is 1099511627776"},
		"falls":             {join(head[:len(head)-1], many), "cannot fall so often"},
		"a sample":          {join(group, zeros(1), many), "the number of workflows in a sample is 1099511627776"},
		"a small sample":    {join(group, []byte{0, 7}, zeros(100)), "has 7 workflows, and should have 8"},
		"a trace":           {join(sample, many), "the number of bytes of a text is 1099511627776"},
		"edges passed":      {join(sample, zeros(3), many), "the number of edges passed is 1099511627776"},
		"variables":         {join(sample, zeros(4), many), "the number of variables is 1099511627776"},
		"counts":            {join(sample, zeros(5), many), "the number of counts is 1099511627776"},
		"seven of eight":    {join(sample, zeros(7*6)), "a number is cut short"},
		"a variable twice":  {join(sample, zeros(4), []byte{2, 0, 0, 0, 0}, zeros(100)), "not in order"},
		"a bin far away":    {join(begun, zeros(7), many), "the gap between bins is 1099511627776"},
		"too many bins":     {join(begun, zeros(7), zeros(10_000)), "beyond the highest bin"},
		"n*tt < t*t":        {join(begun, []byte{9, 0, 0, 1, 0, 0, 8}), "contradict each other"},
		"an edge not there": {join(sample, zeros(3), []byte{1}, zeros(100)), "an edge that there is not"},
		"an unused edge":    {join(group, []byte{1}, zeros(100)), "an edge that nothing passes"},
		"endless time":      {join(group, []byte{1, 0, 0, 0, 0, 0, 1, 0, 0, 1}, zeros(100)), "beyond all that there can be"},
	} {
		data := resealed(append(c.data, zeros(checksumSize)...))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := v.UnmarshalBinary(data)
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, ErrCorrupt, name)
		require.ErrorContains(t, err, c.want, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100_000), name)
	}
}

// simple has seen a few workflows that hold a little of everything.
func simple(tb testing.TB, c Config) *Variance {
	rng := seeded(1)
	v := localizer(tb, c)
	for i := range 20 {
		w := begin(i)
		w.in("s", fmt.Sprint("op", i%2), func() {
			w.call("s", "t", "serve", rng.ExpFloat64(), func() { w.work(10 * rng.ExpFloat64()) })
		}, pythia.Number("n", float64(i)), pythia.String("text", fmt.Sprint(i%3)))
		observe(v, w.trace())
	}
	return v
}

func FuzzUnmarshal(f *testing.F) {
	c := Config{SampleSize: 4}
	for _, v := range []*Variance{localizer(f, c), simple(f, c)} {
		f.Add(saved(f, v))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range [][]byte{data, resealed(data)} {
			if v := localizer(t, c); v.UnmarshalBinary(d) == nil {
				requireUsable(t, v)
			}
		}
	})
}
