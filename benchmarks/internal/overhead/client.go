package overhead

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// clientsPerCore keep all cores busy: while some wait for the network, others are served.
const clientsPerCore = 4

// served is a variant that listens on a port of this machine, with clients that keep their connections.
type served struct {
	url    string
	server *http.Server
	client *http.Client
	bodies []string
	ended  sync.WaitGroup
}

func serve(h http.Handler) (*served, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("overhead: no port to serve on, free one: %w", err)
	}
	s := &served{
		url: "http://" + listener.Addr().String() + "/orders", server: &http.Server{Handler: h, ReadHeaderTimeout: time.Minute},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients()}}, bodies: wishes(64),
	}
	s.ended.Go(func() { _ = s.server.Serve(listener) }) // if it fails, so do the requests, and say so
	return s, nil
}

func clients() int { return clientsPerCore * runtime.GOMAXPROCS(0) }

// load has all clients together send n requests, as fast as they are answered.
func (s *served) load(ctx context.Context, n int) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var all sync.WaitGroup
	var taken atomic.Int64
	for range clients() {
		all.Go(func() {
			for i := int(taken.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(taken.Add(1)) - 1 {
				if _, err := s.ask(ctx, i); err != nil {
					fail(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// ask sends the request of a number and returns the answer.
func (s *served) ask(ctx context.Context, number int) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader(s.bodies[number%len(s.bodies)]))
	if err != nil {
		return "", err
	}
	response, err := s.client.Do(r)
	if err != nil {
		return "", fmt.Errorf("overhead: a request failed: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("overhead: a request was answered with %s: %s", response.Status, answer)
	}
	return string(answer), err
}

func (s *served) close() error {
	s.client.CloseIdleConnections()
	err := s.server.Close()
	s.ended.Wait()
	return err
}
