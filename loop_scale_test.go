package pythia_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/grouping"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// manyGroups is an application with many request types, the requests of each of which fall into many groups: one a tenant.
type manyGroups struct {
	clock       tracepointtest.Clock
	engine      *pythia.Engine
	types, each int
	number      atomic.Int64
	varying     int // so many types vary
}

const manyTypes = 100

// manyCalls are so many that none of them takes a quarter of the time, which would be worth a search.
var manyCalls = []string{"a", "b", "c", "d", "e", "f"}

// newManyGroups starts an Engine for so many groups, of so many request types.
func newManyGroups(tb testing.TB, groups int, set ...func(*pythia.Config)) *manyGroups {
	tb.Helper()
	a := &manyGroups{types: min(manyTypes, groups)}
	a.each = groups / a.types
	a.clock.Advance(time.Hour)
	var points []pythia.TracePoint
	for i := range a.types {
		points = append(points, pythia.TracePoint{ID: a.point(i, "root"), AlwaysOn: true})
		for _, name := range manyCalls {
			points = append(points, pythia.TracePoint{ID: a.point(i, name), AlwaysOn: true}, pythia.TracePoint{ID: a.point(i, name+" inside")})
		}
	}
	slices.SortFunc(points, func(p, q pythia.TracePoint) int { return p.ID.Compare(q.ID) })
	c, err := defaults.Live(tracepointtest.NewRecorder(points...))
	require.NoError(tb, err)
	space := new(searchspace.CCT)
	r := rand.New(rand.NewPCG(0, 0))
	for i := range a.types {
		space.Observe(a.request(r, i, 0, true))
	}
	c.Grouper = grouping.ByAttribute{Within: grouping.ByTracePoints{}, Key: "tenant"}
	c.Loop.Now, c.Loop.ProfileEvery, c.Loop.Interval, c.Loop.Window, c.Loop.Space = a.clock.Now, -1, loopInterval, time.Hour, space
	for _, s := range set {
		s(&c)
	}
	a.engine, err = pythia.New(c)
	require.NoError(tb, err)
	_, err = a.engine.Step(tb.Context())
	require.NoError(tb, err)
	return a
}

func (a *manyGroups) point(requestType int, name string) pythia.TracePointID {
	return pythia.TracePointID{Scope: "shop", Name: fmt.Sprintf("%s %03d", name, requestType)}
}

// request makes a workflow: a root that makes four calls, one after the other, and what lies inside of these if all is on.
func (a *manyGroups) request(r *rand.Rand, requestType, tenant int, all bool) *pythia.Trace {
	start := a.clock.Now().UnixNano()
	spans := make([]pythia.Span, 1, 1+2*len(manyCalls))
	at := start
	for i, name := range manyCalls {
		took := int64(1e6 * (1 + 0.001*r.NormFloat64()))
		if i == 1 && requestType < a.varying && r.IntN(3) == 0 {
			took += 10e6
		}
		spans = append(spans, pythia.Span{ID: name, ParentID: "root", Point: a.point(requestType, name), StartNanos: at, EndNanos: at + took})
		if all {
			spans = append(spans, pythia.Span{
				ID: name + " inside", ParentID: name, Point: a.point(requestType, name+" inside"), StartNanos: at + 1000, EndNanos: at + took - 1000,
			})
		}
		at += took
	}
	spans[0] = pythia.Span{
		ID: "root", Point: a.point(requestType, "root"), StartNanos: start, EndNanos: at,
		Attrs: pythia.AttrsOf(pythia.String("tenant", fmt.Sprint("tenant", tenant))),
	}
	t, err := pythia.NewTrace(fmt.Sprint("t", a.number.Add(1)), spans)
	if err != nil {
		panic(err)
	}
	return t
}

// observe has so many workflows of each group observed.
func (a *manyGroups) observe(times int) {
	r := rand.New(rand.NewPCG(uint64(a.number.Load()), 1))
	for range times {
		for i := range a.types {
			for k := range a.each {
				a.engine.Observe(a.request(r, i, k, false))
			}
		}
	}
}

func (a *manyGroups) step(tb testing.TB) *pythia.Cycle {
	a.clock.Advance(loopInterval)
	c, err := a.engine.Step(tb.Context())
	require.NoError(tb, err)
	return c
}

// cpu is how long the process has computed.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStep measures steps in which all request types are at rest, and such in which all are searched, so that each group is localised.
func BenchmarkStep(b *testing.B) {
	for _, groups := range []int{100, 1000, 10_000} {
		for name, varying := range map[string]int{"at rest": 0, "one search": 1, "searched": manyTypes} {
			b.Run(fmt.Sprintf("groups=%d/%s", groups, name), func(b *testing.B) {
				a := newManyGroups(b, groups)
				a.varying = varying
				a.observe(25)
				for range 12 { // until all have been looked into
					a.observe(5)
					a.step(b)
				}
				var longest, computed time.Duration
				searched := 0
				for b.Loop() {
					b.StopTimer()
					a.observe(1)
					b.StartTimer()
					begin, before := time.Now(), cpu()
					searched += len(a.step(b).Searching)
					longest, computed = max(longest, time.Since(begin)), computed+cpu()-before
				}
				b.ReportMetric(computed.Seconds()*1e3/float64(b.N), "cpu-ms")
				b.ReportMetric(longest.Seconds()*1e3, "longest-ms")
				b.ReportMetric(float64(searched)/float64(b.N), "searches")
			})
		}
	}
}

// listed is a controller that lists more points than it switches.
type listed struct {
	*tracepointtest.Recorder
	points []pythia.TracePoint
}

func (l listed) Points(context.Context) ([]pythia.TracePoint, error) { return l.points, nil }

// withPoints adds points, of an application that has many, which requests never pass.
func withPoints(n int) func(*pythia.Config) {
	return func(c *pythia.Config) {
		r := c.Loop.Controller.(*tracepointtest.Recorder)
		points, _ := r.Points(context.Background())
		for i := range n {
			points = append(points, pythia.TracePoint{
				ID: pythia.TracePointID{Scope: "shop", Name: fmt.Sprint("unused ", i)}, Attributes: []string{"size", "result"},
			})
		}
		slices.SortFunc(points, func(p, q pythia.TracePoint) int { return p.ID.Compare(q.ID) })
		c.Loop.Controller = listed{r, points}
	}
}

// BenchmarkStepPoints measures steps, with one search in progress, where there are many trace points.
func BenchmarkStepPoints(b *testing.B) {
	for _, points := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint("points=", points), func(b *testing.B) {
			asked := 0
			a := newManyGroups(b, 1, withPoints(points), func(c *pythia.Config) {
				c.Loop.Patience = math.MaxInt
				c.Loop.Strategy = strategyFunc(func(*pythia.State) (pythia.Decision, error) {
					asked++
					return pythia.Decision{}, errBroken // it is asked again and again
				})
			})
			a.varying = 1
			a.observe(1000)
			a.step(b)
			b.ReportAllocs()
			for b.Loop() {
				a.step(b)
			}
			require.GreaterOrEqual(b, asked, b.N)
		})
	}
}

// BenchmarkObserveDuringSteps measures how long single calls of Observe take while one step follows the other, all request types being searched, and
// while there is none.
func BenchmarkObserveDuringSteps(b *testing.B) {
	for _, stepping := range []bool{false, true} {
		b.Run(fmt.Sprint("stepping=", stepping), func(b *testing.B) {
			a := newManyGroups(b, 10_000)
			a.varying = manyTypes
			for range 3 {
				a.observe(10)
				a.step(b)
			}
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan struct{})
			steps := 0
			go func() {
				defer close(done)
				for stepping && ctx.Err() == nil {
					if _, err := a.engine.Step(ctx); err == nil {
						steps++
					}
				}
			}()
			r := rand.New(rand.NewPCG(1, 1))
			took := make([]time.Duration, 0, 1_000_000)
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				t := a.request(r, i%a.types, i/a.types%a.each, false)
				b.StartTimer()
				begin := time.Now()
				a.engine.Observe(t)
				took = append(took, time.Since(begin))
			}
			cancel()
			<-done
			slices.Sort(took)
			at := func(q float64) float64 { return took[int(q*float64(len(took)-1))].Seconds() * 1e6 }
			b.ReportMetric(at(.5), "p50-µs")
			b.ReportMetric(at(.99), "p99-µs")
			b.ReportMetric(at(.999), "p999-µs")
			b.ReportMetric(at(1), "max-µs")
			b.ReportMetric(float64(steps), "steps")
		})
	}
}

// BenchmarkObserveInParallel has several goroutines observe, workflows of many request types or of one.
func BenchmarkObserveInParallel(b *testing.B) {
	for _, types := range []int{1, manyTypes} {
		for _, goroutines := range []int{1, 2} {
			b.Run(fmt.Sprintf("types=%d/goroutines=%d", types, goroutines), func(b *testing.B) {
				a := newManyGroups(b, 10*types)
				traces := make([]*pythia.Trace, b.N)
				r := rand.New(rand.NewPCG(1, 1))
				for i := range traces {
					traces[i] = a.request(r, i%types, i/types%a.each, false)
				}
				var next atomic.Int64
				done := make(chan struct{})
				b.ResetTimer()
				for range goroutines {
					go func() {
						for i := next.Add(1) - 1; i < int64(len(traces)); i = next.Add(1) - 1 {
							a.engine.Observe(traces[i])
						}
						done <- struct{}{}
					}()
				}
				for range goroutines {
					<-done
				}
			})
		}
	}
}
