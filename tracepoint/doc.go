// Package tracepoint holds trace points that cost nothing when off, and what switches them.
//
// A [Point] is declared once, in a package variable, beside the code it is about; the application puts its points into a [Registry]:
//
//	var reserve = tracepoint.New("inventory.Reserve", "takes stock for an order",
//		tracepoint.Int("queue_length", func(context.Context) int { return len(queue) }))
//
//	func Reserve(ctx context.Context) error {
//		ctx, span := reserve.Start(ctx)
//		defer span.End()
//		...
//	}
//
//	registry, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: "inventory", Provider: provider})
//	err = registry.Add(reserve)
//	controller, err := tracepoint.NewController(registry, tracepoint.LeaseConfig{})
//	defer controller.Close()
//
// There is no global registry: a point in no registry is off, so libraries may declare points that applications ignore. [Registry.Close] frees the points
// for another registry.
//
// # What off means
//
// Start of a point that is off is one atomic load and a branch; it allocates nothing, returns the context it was given and a [Span] that does
// nothing. Since the context is unchanged, the spans below attach to the nearest enabled ancestor: a disabled point hides, it does not break.
//
// # When
//
// Use points for new instrumentation in code one can change. Spans that exist already become trace points through adapters/otel, with no
// change. The attributes of a point are computed only if both the point and the attribute are on; each is off until asked for.
//
// # Which requests
//
// A point is on for all requests, for some request types ([WithRequestType]), or for one request in N, the same ones at all points and in all
// processes (see [Matcher]). Every point on for one request in N is how a running system is profiled without an hour of everything on.
//
// # Leases
//
// What is enabled for a lease goes off unless it is renewed. Leases have to be kept where the points are: then the points go off although the
// process that enabled them has died. [NewController] does that for a registry, [Leases] for any other controller. [Router] joins
// controllers: of a service's declared points and of its spans, of several services and their replicas, of all layers.
//
// # Units
//
// Leases and time-outs are durations, with the clock's resolution. What an attribute measures has the unit that its key states.
//
// # Concurrency
//
// Everything here is safe for concurrent use. A Start that overlaps a switch sees the point as it was before or after, never in between, and
// a span that was started is ended and exported even if its point goes off meanwhile.
//
// # Failure modes
//
// Start never fails and never panics: an attribute that panics is recorded as such under its key with ".panic" appended. Mistakes in declarations
// are reported by [Registry.Add], which adds the other points. Controllers do all that they can and return one [pythia.PointError] for each point
// that could not be switched; an ability that is missing is a PointError with [errors.ErrUnsupported]. A controller that panics under a
// Leases or Router is an error. Points that cannot be switched off when their lease ends are logged and tried again until they can.
package tracepoint
