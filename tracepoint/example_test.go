package tracepoint_test

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// A point is declared once, beside the code it is about.
var (
	queue   = make(chan int, 8)
	reserve = tracepoint.New("inventory.Reserve", "takes stock for an order",
		tracepoint.Int("queue_length", func(context.Context) int { return len(queue) }))
	pick = tracepoint.New("inventory.pick", "chooses the shelf")
)

// Reserve shows how points are used.
func Reserve(ctx context.Context) {
	ctx, span := reserve.Start(ctx)
	defer span.End()
	_, inner := pick.Start(ctx)
	defer inner.End()
}

// The application's tracer provider; here one that prints the spans that end.
type printer struct{ exporter }

func (p *printer) print(what string) {
	fmt.Print(what, ":")
	for _, s := range p.takeSpans() {
		fmt.Print(" ", s.name)
		for _, a := range s.attrs {
			fmt.Print(" ", a.Key, "=", a.Value.AsInt64())
		}
	}
	fmt.Println()
}

func Example() {
	provider := new(printer)
	registry, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: "inventory", Provider: provider})
	if err != nil {
		fmt.Println(err)
	}
	if err := registry.Add(reserve, pick); err != nil {
		fmt.Println(err) // a mistake in a declaration; the program works without that point
	}
	controller, err := tracepoint.NewController(registry, tracepoint.LeaseConfig{})
	if err != nil {
		fmt.Println(err)
	}
	defer controller.Close()

	ctx := context.Background()
	Reserve(ctx)
	provider.print("off")

	id := pythia.TracePointID{Scope: "inventory", Name: "inventory.Reserve"}
	err = controller.EnableFor(ctx, time.Minute, id)
	Reserve(ctx)
	provider.print("on")

	queue <- 1
	err2 := controller.EnableAttributes(ctx, id, "queue_length")
	Reserve(ctx)
	provider.print("with its attribute")
	fmt.Println(err, err2)
	// Output:
	// off:
	// on: inventory.Reserve
	// with its attribute: inventory.Reserve queue_length=1
	// <nil> <nil>
}

func ExamplePoint() {
	var point tracepoint.Point // off for ever, as it is in no registry
	before := context.Background()
	ctx, span := point.Start(before)
	defer span.End()
	fmt.Println(ctx == before, span.Recording())
	// Output: true false
}

func ExampleRegistry() {
	registry, _ := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: "cart", Provider: new(exporter)})
	fmt.Println(registry.Add(
		tracepoint.New("add", "puts an item into the cart"),
		tracepoint.New("GET /cart", "serves the cart", tracepoint.AlwaysOn(), tracepoint.Kind(trace.SpanKindServer)),
		tracepoint.New("", "has no name"),
	))
	for _, p := range registry.Points() {
		fmt.Println(p.ID, "|", p.Description, "|", p.Source, "|", p.AlwaysOn)
	}
	// Output:
	// tracepoint: correct the point "" at tracepoint/example_test.go:95: it has no name
	// cart GET /cart | serves the cart | tracepoint/example_test.go:94 | true
	// cart add | puts an item into the cart | tracepoint/example_test.go:93 | false
}

// Every point on for one request in ten profiles a running system: those requests are traced fully, the others not at all.
func ExampleNewController() {
	provider := new(printer)
	registry, _ := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: "cart", Provider: provider})
	add, total := tracepoint.New("add", ""), tracepoint.New("total", "")
	_ = registry.Add(add, total)
	controller, _ := tracepoint.NewController(registry, tracepoint.LeaseConfig{})
	defer controller.Close()

	var all []pythia.TracePointID
	points, _ := controller.Points(context.Background())
	for _, p := range points {
		all = append(all, p.ID)
	}
	err := controller.EnableOnlyFor(context.Background(), time.Hour, pythia.Selection{OneIn: 10}, all...)
	fmt.Println(err)
	for i := range 12 {
		ctx := tracepoint.WithRequestID(context.Background(), fmt.Sprint("request ", i))
		ctx, outer := total.Start(ctx)
		_, inner := add.Start(ctx)
		inner.End()
		outer.End()
	}
	provider.print("12 requests")
	// Output:
	// <nil>
	// 12 requests: add total
}

func ExampleWithRequestType() {
	provider := new(printer)
	registry, _ := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: "cart", Provider: provider})
	total := tracepoint.New("total", "")
	_ = registry.Add(total)
	controller, _ := tracepoint.NewController(registry, tracepoint.LeaseConfig{})
	defer controller.Close()
	ctx := context.Background()
	_ = controller.EnableOnly(ctx, pythia.Selection{RequestTypes: []string{"POST /checkout"}}, pythia.TracePointID{Scope: "cart", Name: "total"})
	for _, requestType := range []string{"GET /cart", "POST /checkout"} {
		_, span := total.Start(tracepoint.WithRequestType(ctx, requestType))
		span.End()
		provider.print(requestType)
	}
	// Output:
	// GET /cart:
	// POST /checkout: total
}

func ExampleLeases() {
	fsync := pythia.TracePointID{Layer: pythia.LayerKernel, Scope: "linux", Name: "fsync"}
	kernel := tracepointtest.NewRecorder(pythia.TracePoint{ID: fsync}) // your controller
	clock := new(tracepointtest.Clock)
	leases, err := tracepoint.NewLeases(kernel.Plain(), tracepoint.LeaseConfig{Clock: clock})
	if err != nil {
		fmt.Println(err)
	}
	defer leases.Close()

	fmt.Println(leases.EnableFor(context.Background(), time.Minute, fsync), kernel.On(fsync))
	clock.Advance(59 * time.Second)
	fmt.Println(leases.EnableFor(context.Background(), time.Minute, fsync), kernel.On(fsync)) // renewed
	clock.Advance(time.Minute)
	fmt.Println(kernel.On(fsync)) // not renewed
	// Output:
	// <nil> true
	// <nil> true
	// false
}

// Two replicas of a service, and the kernel, as one controller.
func ExampleRouter() {
	add := pythia.TracePointID{Scope: "cart", Name: "add"}
	fsync := pythia.TracePointID{Layer: pythia.LayerKernel, Scope: "linux", Name: "fsync"}
	exit := pythia.TracePointID{Layer: pythia.LayerHypervisor, Scope: "kvm", Name: "exit"}
	cart1 := tracepointtest.NewRecorder(pythia.TracePoint{ID: add})
	cart2 := tracepointtest.NewRecorder(pythia.TracePoint{ID: add})
	kernel := tracepointtest.NewRecorder(pythia.TracePoint{ID: fsync})
	router, err := tracepoint.NewRouter(tracepoint.LeaseConfig{}, cart1, cart2, kernel)
	if err != nil {
		fmt.Println(err)
	}
	defer router.Close()

	fmt.Println(router.EnableFor(context.Background(), time.Minute, exit, fsync, add))
	fmt.Println(cart1.On(add), cart2.On(add), kernel.On(fsync))
	// Output:
	// pythia: trace point "hypervisor: kvm exit": no such trace point
	// true true true
}
