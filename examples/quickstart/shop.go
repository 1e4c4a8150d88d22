package main

import (
	"net/http"
	"time"

	"github.com/pythia-trace/pythia/tracepoint"
)

// The trace points of the shop's front end.
var (
	validate = tracepoint.New("shop.validate", "checks an order", tracepoint.Int("items", items))
	page     = tracepoint.New("shop.render", "makes the page")
)

// newShop is the front end: three types of requests, each of which is expected to take about the same time whenever it comes.
func newShop(inventory, pricing string) (*service, error) {
	s, err := newService("shop", validate, page)
	if err != nil {
		return nil, err
	}
	s.handle("POST /checkout", func(r *http.Request) error {
		ctx := withOrder(r.Context(), r)
		work(ctx, validate, 8*time.Millisecond)
		if err := s.call(ctx, http.MethodGet, pricing+"/quote?"+r.URL.RawQuery); err != nil {
			return err
		}
		return s.call(ctx, http.MethodPost, inventory+"/reserve?"+r.URL.RawQuery)
	})
	for route, asked := range map[string]string{"GET /products": "/quote?", "GET /shipping": "/rates?"} {
		s.handle(route, func(r *http.Request) error {
			if err := s.call(r.Context(), http.MethodGet, pricing+asked+r.URL.RawQuery); err != nil {
				return err
			}
			work(r.Context(), page, 2*time.Millisecond)
			return nil
		})
	}
	return s, nil
}
