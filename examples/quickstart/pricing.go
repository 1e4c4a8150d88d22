package main

import (
	"context"
	"net/http"
	"time"

	"github.com/pythia-trace/pythia/tracepoint"
)

// The price cache has shards, one of which is broken: it never has what is asked for. That is the cause of variation of GET /products.
const (
	shards = 4
	broken = 3
)

// The trace points of pricing.
var (
	quote    = tracepoint.New("pricing.quote", "makes a price", tracepoint.Int("items", items))
	cacheGet = tracepoint.New("cache.Get", "looks a price up", tracepoint.Int("shard", shard))
	query    = tracepoint.New("prices.query", "reads a price from the database")
	rates    = tracepoint.New("pricing.rates", "asks the carrier what it takes",
		tracepoint.String("destination", destination), tracepoint.Int("items", items))
)

func newPricing(carrier string) (*service, error) {
	s, err := newService("pricing", quote, cacheGet, query, rates)
	if err != nil {
		return nil, err
	}
	s.handle("GET /quote", func(r *http.Request) error {
		makePrice(withOrder(r.Context(), r))
		return nil
	})
	s.handle("GET /rates", func(r *http.Request) error {
		ctx, span := rates.Start(withOrder(r.Context(), r))
		defer span.End()
		return s.call(ctx, http.MethodGet, carrier+"/rates?"+r.URL.RawQuery)
	})
	return s, nil
}

func makePrice(ctx context.Context) {
	ctx, span := quote.Start(ctx)
	defer span.End()
	readPrice(ctx)
	time.Sleep(time.Millisecond)
}

func readPrice(ctx context.Context) {
	ctx, span := cacheGet.Start(ctx)
	defer span.End()
	time.Sleep(time.Millisecond)
	if shard(ctx) == broken {
		work(ctx, query, 12*time.Millisecond)
	}
}
