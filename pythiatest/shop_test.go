package pythiatest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/pythia-trace/pythia/pythiatest"
	"github.com/pythia-trace/pythia/tracepoint"
)

// shop is an application of two services: a shop, and an inventory with a cache of four shards, the last of which may be slow.
type shop struct {
	url    string
	client *http.Client
}

type itemKey struct{}

// shard is where the item that a request is about is cached.
func shard(ctx context.Context) int {
	item, _ := ctx.Value(itemKey{}).(int)
	return item % 4
}

// startShop starts both. The last shard takes as long as slow says, the others 2 ms.
func startShop(tb testing.TB, p *pythiatest.Trial, slow time.Duration) *shop {
	inventory := startService(tb, p, "inventory", "POST /reserve", reserve(tb, p, slow))
	client := newClient(tb)
	client.Transport = otelhttp.NewTransport(client.Transport, instrumentation(p, "shop")...)
	url := startService(tb, p, "shop", "POST /checkout", func(r *http.Request) error {
		time.Sleep(time.Millisecond)
		return post(r.Context(), client, inventory+"/reserve?item="+r.URL.Query().Get("item"))
	})
	return &shop{url, newClient(tb)}
}

// reserve is what the inventory does.
func reserve(tb testing.TB, p *pythiatest.Trial, slow time.Duration) func(*http.Request) error {
	point := tracepoint.New("inventory.Reserve", "takes stock for an order", tracepoint.Int("cache.shard", shard))
	if err := p.Registry("inventory").Add(point); err != nil {
		tb.Fatal(err)
	}
	return func(r *http.Request) error {
		item, err := strconv.Atoi(r.URL.Query().Get("item"))
		if err != nil {
			return err
		}
		ctx, span := point.Start(context.WithValue(r.Context(), itemKey{}, item))
		defer span.End()
		takes := 2 * time.Millisecond
		if shard(ctx) == 3 {
			takes = slow
		}
		time.Sleep(takes)
		return nil
	}
}

func instrumentation(p *pythiatest.Trial, service string) []otelhttp.Option {
	return []otelhttp.Option{otelhttp.WithTracerProvider(p.Provider(service)), otelhttp.WithPropagators(p.Propagator())}
}

// startService serves one route, with everyday instrumentation.
func startService(tb testing.TB, p *pythiatest.Trial, service, route string, serve func(*http.Request) error) (url string) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	})
	mux := http.NewServeMux()
	mux.Handle(route, otelhttp.NewHandler(handler, "", instrumentation(p, service)...))
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	return server.URL
}

func newClient(tb testing.TB) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func post(ctx context.Context, client *http.Client, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, answer)
	}
	return err
}

// checkout orders the i-th item.
func (s *shop) checkout(ctx context.Context, i int) error {
	return post(ctx, s.client, fmt.Sprintf("%s/checkout?item=%d", s.url, i))
}
