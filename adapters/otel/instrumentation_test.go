package otel_test

import (
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/XSAM/otelsql"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	_ "modernc.org/sqlite"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

// shop is a system of real parts: a front end that is asked by HTTP and asks, by HTTP, a store; the store asks a database and, by gRPC, the stock.
type shop struct {
	workflows           inbox
	processor           *otel.Processor
	front, store, stock *process
	url                 string
	client              *http.Client
}

// inbox is an observer that a test can wait for.
type inbox chan *pythia.Trace

func (i inbox) Observe(t *pythia.Trace) { i <- t }

// newShop starts it. wrap puts around the front end's mux what takes the requests in.
func newShop(t *testing.T, wrap func(*shop, *http.ServeMux) http.Handler) *shop {
	s := &shop{workflows: make(inbox, 1)}
	s.processor = newProcessor(t, otel.ProcessorConfig{Observer: s.workflows, Linger: -1})
	for service, p := range map[string]**process{"front": &s.front, "store": &s.store, "stock": &s.stock} {
		*p = newProcess(t, otel.Config{Scope: service}, s.processor)
	}
	items := s.startStore(t, s.startStock(t))
	ask := http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport, httpOptions(s.front)...)}
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cart/{id}", func(_ http.ResponseWriter, r *http.Request) { get(t, r.Context(), &ask, items+"/items") })
	mux.HandleFunc("GET /ping", func(_ http.ResponseWriter, r *http.Request) { get(t, r.Context(), &ask, items+"/items") })
	server := httptest.NewServer(wrap(s, mux))
	t.Cleanup(server.Close)
	s.url, s.client = server.URL, server.Client()
	return s
}

func httpOptions(p *process) []otelhttp.Option {
	return []otelhttp.Option{otelhttp.WithTracerProvider(p.Provider), otelhttp.WithPropagators(propagators)}
}

func (s *shop) startStore(t *testing.T, stock grpc_health_v1.HealthClient) (url string) {
	db, err := otelsql.Open("sqlite", ":memory:", otelsql.WithTracerProvider(s.store.Provider))
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	mux := http.NewServeMux()
	mux.Handle("GET /items", otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query(t, r.Context(), db)
		_, err := stock.Check(r.Context(), new(grpc_health_v1.HealthCheckRequest))
		require.NoError(t, err)
	}), "", httpOptions(s.store)...))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func query(t *testing.T, ctx context.Context, db *sql.DB) {
	var one int
	require.NoError(t, db.QueryRowContext(ctx, "SELECT 1").Scan(&one))
}

func (s *shop) startStock(t *testing.T) grpc_health_v1.HealthClient {
	server := grpc.NewServer(grpc.StatsHandler(otelgrpc.NewServerHandler(
		otelgrpc.WithTracerProvider(s.stock.Provider), otelgrpc.WithPropagators(propagators))))
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error)
	go func() { served <- server.Serve(listener) }()
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler(otelgrpc.WithTracerProvider(s.store.Provider), otelgrpc.WithPropagators(propagators))))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, connection.Close())
		server.Stop()
		require.NoError(t, <-served)
	})
	return grpc_health_v1.NewHealthClient(connection)
}

func get(t *testing.T, ctx context.Context, client *http.Client, url string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := client.Do(r)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
}

// request makes a request and returns its workflow, as lines of services and names, each below its parent.
func (s *shop) request(t *testing.T, path string) (workflow *pythia.Trace, tree string) {
	get(t, t.Context(), s.client, s.url+path)
	workflow = <-s.workflows // the servers' spans may end after their answer was read
	require.Len(t, workflow.Roots(), 1)
	require.Zero(t, workflow.Repairs[pythia.RepairMissingParent])
	var b strings.Builder
	var write func(i int32, indent string)
	write = func(i int32, indent string) {
		b.WriteString(indent + workflow.Spans[i].Point.String() + "\n")
		for _, c := range workflow.Children(int(i)) {
			write(c, indent+" ")
		}
	}
	write(workflow.Roots()[0], "")
	return workflow, b.String()
}

func (s *shop) enableAll(t *testing.T, selection pythia.Selection) {
	for _, p := range []*process{s.front, s.store, s.stock} {
		points, err := p.Points(t.Context())
		require.NoError(t, err)
		for _, point := range points {
			require.NoError(t, p.EnableOnly(t.Context(), selection, point.ID))
		}
	}
}

const skeleton = `front GET /cart/{id}
 store GET /items
  stock grpc.health.v1.Health/Check
`

const full = `front GET /cart/{id}
 front HTTP GET
  store GET /items
   store sql.conn.reset_session
   store sql.conn.query
   store sql.rows
   store grpc.health.v1.Health/Check
    stock grpc.health.v1.Health/Check
`

func TestRealInstrumentation(t *testing.T) {
	for name, wrap := range map[string]func(*shop, *http.ServeMux) http.Handler{
		"late route": func(s *shop, mux *http.ServeMux) http.Handler {
			return otelhttp.NewHandler(mux, "", httpOptions(s.front)...)
		},
		"early route": func(s *shop, mux *http.ServeMux) http.Handler {
			return otel.WithRoute(mux, otelhttp.NewHandler(mux, "", httpOptions(s.front)...))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, wrap)
			_, _ = s.request(t, "/ping") // connects, and makes points known
			workflow, tree := s.request(t, "/cart/1")
			require.Equal(t, skeleton, tree)
			require.Equal(t, "front GET /cart/{id}", workflow.RequestType)

			s.enableAll(t, pythia.Selection{})
			_, tree = s.request(t, "/cart/1")
			require.Equal(t, full, tree)

			s.enableAll(t, pythia.Selection{RequestTypes: []string{workflow.RequestType}})
			_, tree = s.request(t, "/cart/1")
			require.Equal(t, full, tree, "what the Engine calls the request selects it, in all processes")
			_, tree = s.request(t, "/ping")
			require.Equal(t, name == "early route", strings.Count(tree, "\n") == 3, "without the route, others are taken as well")

			require.Empty(t, s.workflows, "a request is one trace")
			_, tree = s.onlyQueries(t)
			require.Equal(t, strings.Replace(skeleton, "\n  ", "\n  store sql.conn.query\n  ", 1), tree)
		})
	}
}

func (s *shop) onlyQueries(t *testing.T) (*pythia.Trace, string) {
	for _, p := range []*process{s.front, s.store, s.stock} {
		points, err := p.Points(t.Context())
		require.NoError(t, err)
		points = slices.DeleteFunc(points, func(point pythia.TracePoint) bool { return point.AlwaysOn })
		for _, point := range points {
			require.NoError(t, p.Disable(t.Context(), point.ID))
		}
	}
	require.NoError(t, s.store.Enable(t.Context(), s.store.id("sql.conn.query")))
	return s.request(t, "/cart/1")
}

// otelhttp finds its provider through the span in the context if it was given none.
func TestInstrumentationWithoutProvider(t *testing.T) {
	p := newProcess(t, otel.Config{})
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	client := http.Client{Transport: otelhttp.NewTransport(server.Client().Transport)}
	ctx, root := p.start(t.Context(), "root")
	ctx, off := p.start(ctx, "off")
	get(t, ctx, &client, server.URL)
	require.NoError(t, p.Enable(t.Context(), id("HTTP GET")))
	get(t, ctx, &client, server.URL)
	off.End()
	root.End()
	require.Equal(t, []string{"HTTP GET", "root"}, p.take())
}

// Behind a public end point, what clients say of the trace and the request's type counts for nothing.
func TestPublicEndpoint(t *testing.T) {
	p := newProcess(t, otel.Config{})
	var requestType string
	server := httptest.NewServer(otelhttp.NewHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		requestType = tracepoint.RequestType(r.Context())
	}), "", append(httpOptions(p), otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }))...))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	require.NoError(t, err)
	r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	r.Header.Set("pythia-request-type", "chosen%20by%20the%20client")
	response, err := server.Client().Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, "cart GET", requestType)
}
