package otel

import "net/http"

// WithRoute finds a request's route before next serves it, where next would learn it too late: otelhttp around a whole mux starts its span
// before the mux has chosen the handler.
//
//	handler := pythiaotel.WithRoute(mux, otelhttp.NewHandler(mux, ""))
//
// The request's type is needed when its first span starts, since the points below are on for it or not. Without the route it is only "cart GET",
// and a selection of "cart GET /items" has to take all of these, in this process and in those that it calls. The mux is asked twice per request,
// which costs some hundred nanoseconds; it is mostly an [http.ServeMux].
//
// Instrumentation that runs after routing needs this not: otelhttp around each handler, or the middleware of gin, echo or gorilla.
func WithRoute(mux interface {
	Handler(*http.Request) (h http.Handler, pattern string)
}, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			r.Pattern = pattern
		}
		next.ServeHTTP(w, r)
	})
}
