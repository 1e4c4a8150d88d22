package localize

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// workflow builds a trace. It has a clock that work moves on; a span lasts as long as what is done within it.
type workflow struct {
	id    string
	now   int64
	spans []pythia.Span
	open  []string // the spans around
}

// begin starts the i-th workflow of a series, a second after the one before.
func begin(i int) *workflow {
	return &workflow{id: "trace-" + strconv.Itoa(i), now: int64(i) * int64(time.Second)}
}

// work spends milliseconds in the innermost span.
func (w *workflow) work(ms float64) { w.now += max(0, int64(ms*1e6)) }

// span does what body does within a span.
func (w *workflow) span(kind pythia.SpanKind, service, name string, body func(), attrs ...pythia.Attr) {
	parent := ""
	if n := len(w.open); n > 0 {
		parent = w.open[n-1]
	}
	at, id := len(w.spans), strconv.Itoa(10000+len(w.spans)) // as text in order too
	w.spans = append(w.spans, pythia.Span{ID: id, ParentID: parent, Point: point(service, name), Kind: kind, StartNanos: w.now, Attrs: pythia.AttrsOf(attrs...)})
	w.open = append(w.open, id)
	body()
	w.open = w.open[:len(w.open)-1]
	w.spans[at].EndNanos = w.now
}

// in does what body does within an internal span.
func (w *workflow) in(service, name string, body func(), attrs ...pythia.Attr) {
	w.span(pythia.KindInternal, service, name, body, attrs...)
}

// step is an internal span that works and calls nothing.
func (w *workflow) step(service, name string, ms float64) {
	w.in(service, name, func() { w.work(ms) })
}

// call goes from one service to another: the way there and the way back take half of network each.
func (w *workflow) call(from, to, name string, network float64, body func()) {
	w.span(pythia.KindClient, from, "call "+to, func() {
		w.work(network / 2)
		w.span(pythia.KindServer, to, name, body)
		w.work(network / 2)
	})
}

// parallel starts all branches now and goes on when the last has ended.
func (w *workflow) parallel(branches ...func()) {
	start, end := w.now, w.now
	for _, b := range branches {
		w.now = start
		b()
		end = max(end, w.now)
	}
	w.now = end
}

func (w *workflow) trace() *pythia.Trace {
	t, err := pythia.NewTrace(w.id, w.spans)
	if err != nil {
		panic(err)
	}
	return t
}

func point(service, name string) pythia.TracePointID {
	return pythia.TracePointID{Scope: service, Name: name}
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// randomTrace is a workflow of several services with calls, loops, branches and unnamed work, of which nothing is regular.
func randomTrace(i int, rng *rand.Rand) *pythia.Trace {
	w := begin(i)
	w.span(pythia.KindServer, "front", fmt.Sprintf("GET /%c", 'a'+rng.IntN(3)), func() { w.grow(rng, "front", 3) })
	return w.trace()
}

func (w *workflow) grow(rng *rand.Rand, service string, depth int) {
	w.work(rng.ExpFloat64())
	if depth == 0 {
		return
	}
	for i := range 1 + rng.IntN(3) {
		switch rng.IntN(4) {
		case 0:
			to := fmt.Sprintf("service-%d", rng.IntN(4))
			w.call(service, to, "serve", rng.ExpFloat64(), func() { w.grow(rng, to, depth-1) })
		case 1:
			w.in(service, fmt.Sprintf("op-%d", i), func() { w.grow(rng, service, depth-1) }, pythia.Number("size", rng.NormFloat64()))
		case 2:
			for range rng.IntN(4) {
				w.step(service, "iteration", 3*rng.ExpFloat64())
			}
		case 3:
			w.parallel(func() { w.step(service, "left", 5*rng.ExpFloat64()) }, func() { w.grow(rng, service, depth-1) })
		}
		w.work(rng.ExpFloat64())
	}
}

func randomTraces(n int, seed uint64) []*pythia.Trace {
	rng := seeded(seed)
	traces := make([]*pythia.Trace, n)
	for i := range traces {
		traces[i] = randomTrace(i, rng)
	}
	return traces
}

func localizer(tb testing.TB, c Config) *Variance {
	tb.Helper()
	v, err := New(c)
	require.NoError(tb, err)
	return v
}

// observe adds workflows to a localizer, grouped by request type.
func observe(v pythia.Localizer, traces ...*pythia.Trace) {
	for _, t := range traces {
		v.Observe(pythia.NewGroupKey(t.RequestType), t)
	}
}

// findings localizes n workflows that make draws.
func findings(tb testing.TB, c Config, n int, draw func(w *workflow)) ([]*pythia.Group, []*pythia.Finding) {
	tb.Helper()
	v := localizer(tb, c)
	for i := range n {
		w := begin(i)
		draw(w)
		observe(v, w.trace())
	}
	groups, found, err := v.Localize(context.Background(), nil)
	require.NoError(tb, err)
	return groups, found
}

func ofReason(found []*pythia.Finding, r pythia.Reason) []*pythia.Finding {
	var out []*pythia.Finding
	for _, f := range found {
		if f.Reason == r {
			out = append(out, f)
		}
	}
	return out
}

// placesOf lists where findings are, for messages and comparisons.
func placesOf(found []*pythia.Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%s: %s", f.Reason, f.Location))
	}
	return out
}

// printed writes out all that was found, with every digit; pointers are followed.
func printed(groups []*pythia.Group, found []*pythia.Finding) string {
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "%+v\n", *g)
	}
	for _, f := range found {
		c := *f
		fmt.Fprintf(&b, "in %q: ", f.Group.Key)
		if c.Change != nil {
			fmt.Fprintf(&b, "%+v ", *c.Change)
		}
		fmt.Fprintf(&b, "%+v ", *c.Sample)
		c.Group, c.Change, c.Sample = nil, nil, nil
		fmt.Fprintf(&b, "%+v\n", c)
	}
	return b.String()
}
