package main

import (
	"net/http"
	"time"
)

// newCarrier is a third party: no part of the system, and not instrumented. It is slow for some destinations, which is the cause of variation of
// GET /shipping.
func newCarrier() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rates", func(_ http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond)
		if r.URL.Query().Get("destination") == "overseas" {
			time.Sleep(40 * time.Millisecond)
		}
	})
	return mux
}
