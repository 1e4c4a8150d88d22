// Package pythiatest runs a distributed application under Pythia inside go test: a test that says that requests are steady fails with what makes them vary.
//
//	func TestCheckoutIsSteady(t *testing.T) {
//		p := pythiatest.New(t, pythiatest.Config{})
//		shop := startShop(t, p.Provider("shop"), p.Provider("inventory"), p.Registry("inventory"), p.Propagator()) // the application, in this process
//		p.Run(func(ctx context.Context, i int) error { return checkout(ctx, shop, i) })
//		p.RequireSteady("POST /checkout")
//	}
//
// fails, if one of the shards of a cache is slow, with
//
//	POST /checkout is bimodal: cache.shard = 3 on inventory.Reserve (p < 0.001)
//
// and the whole diagnosis below. The application is instrumented as usual, by OpenTelemetry, and may declare trace points (package tracepoint) for
// the Engine to switch on where it searches. A steady application is done after 300 requests, a fault is found after some 600.
//
// # What is steady
//
// Machines that run tests are noisy: garbage collector, scheduler, other tests. So
//
//   - a request does not count if it took longer than is usual and acceptable, and would not have but for the longest stretch of it in which the machine was
//     late: a goroutine that only sleeps should have woken, and did not;
//   - the slowest twentieth of the others does not count either;
//   - the rest is steady if its standard deviation is at most 5 ms, or at most a quarter of its mean unless it falls into modes (dip test, p < 0.001);
//   - modes that are not that far apart, or have less than a twentieth of the requests, are one;
//   - the Engine must see something in several cycles in a row to say that it is there.
//
// [Config] sets other bounds. By default a fault is not found that hits less than a twentieth of the requests or costs less than some 10 ms, and one that
// keeps all cores busy is taken for the machine. What is always slow is steady.
//
// # Applications that use globals
//
// A Trial leaves OpenTelemetry's globals alone, so that tests can run in parallel. If the application takes its provider from there, the test sets
// it, before the application starts, and must not run in parallel with others:
//
//	otel.SetTracerProvider(p.Provider("shop"))
//	otel.SetTextMapPropagator(p.Propagator())
//
// Tracers that the application got from the global before, in package variables for example, stay with the first provider that is ever set. A process
// with a single global provider is a single service.
//
// Without [Trial.Propagator], or pythiaotel.Propagator among the application's propagators, trace points behind the first service stay off: they would not know whose
// request they see.
//
// # Applications elsewhere
//
// Of an application in other processes, hand workflows to [Trial.Observe], and give [Config] the Controllers that switch its trace points.
//
// # Costs
//
// The budget has no bounds, and some 100 requests are traced fully: do not measure how fast an application is while it is under trial.
package pythiatest
