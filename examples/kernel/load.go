package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// load is what customers do.
type load struct {
	url      string
	pause    time.Duration // between requests of a kind, on average
	client   *http.Client
	requests sync.WaitGroup
	fail     context.CancelCauseFunc
}

// run sends requests until ctx is done or one fails, and waits for the answers to the last ones.
func (l *load) run(ctx context.Context) error {
	ended := ctx
	ctx, l.fail = context.WithCancelCause(ctx)
	defer l.fail(nil)
	var kinds sync.WaitGroup
	kinds.Go(func() { l.send(ctx, http.MethodPost, "/orders") })
	kinds.Go(func() { l.send(ctx, http.MethodGet, "/quote") })
	kinds.Wait()
	l.requests.Wait()
	l.client.CloseIdleConnections()
	if why := context.Cause(ctx); why != context.Cause(ended) {
		return why
	}
	return nil
}

func (l *load) send(ctx context.Context, method, path string) {
	for {
		select {
		case <-time.After(time.Duration((0.5 + rand.Float64()) * float64(l.pause))):
		case <-ctx.Done():
			return
		}
		query := fmt.Sprintf("?number=%d", rand.IntN(1000))
		if rand.IntN(3) == 0 {
			query += "&paid"
		}
		l.requests.Go(func() {
			if err := l.request(method, l.url+path+query); err != nil {
				l.fail(fmt.Errorf("a request failed: %w", err))
			}
		})
	}
}

// request is not ended with the load: the last customers are served, too.
func (l *load) request(method, url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	response, err := l.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, url, response.Status, answer)
	}
	return err
}
