package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// order is what a customer wants. It travels between the services as a query.
type order struct{ query url.Values }

type orderKey struct{}

func withOrder(ctx context.Context, r *http.Request) context.Context {
	return context.WithValue(ctx, orderKey{}, order{r.URL.Query()})
}

// get reads what a request's order says, for the attributes of trace points.
func get(ctx context.Context, key string) string {
	o, _ := ctx.Value(orderKey{}).(order)
	return o.query.Get(key)
}

func items(ctx context.Context) int {
	n, _ := strconv.Atoi(get(ctx, "items"))
	return n
}

func product(ctx context.Context) int {
	n, _ := strconv.Atoi(get(ctx, "product"))
	return n
}

func shard(ctx context.Context) int { return product(ctx) % shards }

func warehouse(ctx context.Context) string { return get(ctx, "warehouse") }

func destination(ctx context.Context) string { return get(ctx, "destination") }
