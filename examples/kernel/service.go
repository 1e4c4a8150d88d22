package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/pythia-trace/pythia/tracepoint"
)

// The trace points of the application. There is none at what the kernel does for it.
var (
	appendOrder  = tracepoint.New("store.Append", "writes an order to the journal")
	computeQuote = tracepoint.New("quote.Compute", "finds the best price")
)

// Types of requests, as the Engine knows them.
const (
	orders = serviceName + " POST /orders"
	quotes = serviceName + " GET /quote"
)

// service takes orders, of which some must be on disk before they are confirmed, and makes quotes, which takes nothing but a processor.
type service struct {
	url     string
	server  *http.Server
	journal *os.File // the oldest orders are written over
	written atomic.Int64
	serving sync.WaitGroup
}

const (
	orderSize   = 1 << 20 // with all that belongs to it
	journalSize = 64 << 20
)

var anOrder = make([]byte, orderSize)

func startService(folder string, w *watched) (*service, error) {
	journal, err := os.CreateTemp(folder, "orders-*.journal")
	if err != nil {
		return nil, fmt.Errorf("no journal for the orders: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		_ = errors.Join(journal.Close(), os.Remove(journal.Name()))
		return nil, fmt.Errorf("no port for the service: %w", err)
	}
	s := &service{url: "http://" + listener.Addr().String(), journal: journal}
	mux := http.NewServeMux()
	for route, serve := range map[string]func(*http.Request) error{"POST /orders": s.order, "GET /quote": s.quote} {
		mux.Handle(route, otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := serve(r); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}), "", otelhttp.WithTracerProvider(w.provider)))
	}
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	s.serving.Go(func() { _ = s.server.Serve(listener) }) // if it fails, so do the requests, and say so
	return s, nil
}

func (s *service) stop() {
	_ = s.server.Close()
	s.serving.Wait()
	_ = s.journal.Close()
	_ = os.Remove(s.journal.Name())
}

// order writes an order. One that is paid must not be lost.
func (s *service) order(r *http.Request) error {
	_, span := appendOrder.Start(r.Context())
	defer span.End()
	if _, err := s.journal.WriteAt(anOrder, s.written.Add(orderSize)%journalSize); err != nil {
		return err
	}
	if r.URL.Query().Has("paid") {
		return s.journal.Sync()
	}
	return nil
}

// quote computes for two milliseconds. The last processor is meant for such work.
func (s *service) quote(r *http.Request) error {
	_, span := computeQuote.Start(r.Context())
	defer span.End()
	return onLastProcessor(func() error { return compute(r.URL.RawQuery) })
}

func compute(of string) error {
	sum := sha256.Sum256([]byte(of))
	for range quoteWork {
		sum = sha256.Sum256(sum[:])
	}
	if sum == [32]byte{} {
		return errors.New("a quote of nothing")
	}
	return nil
}

const quoteWork = 25_000
