package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// load is what customers do. Orders come in bursts, so that a queue forms; everything else comes at random.
type load struct {
	shop     string  // its URL
	busy     float64 // how many requests come, 1 as usual
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
	kinds.Go(func() { l.send(ctx, 15, 1, http.MethodGet, "/products") })
	kinds.Go(func() { l.send(ctx, 15, 1, http.MethodGet, "/shipping") })
	kinds.Go(func() { l.send(ctx, 3, 16, http.MethodPost, "/checkout") })
	kinds.Wait()
	l.requests.Wait()
	l.client.CloseIdleConnections()
	if why := context.Cause(ctx); why != context.Cause(ended) {
		return why
	}
	return nil
}

// send sends so many bursts per second, each of up to so many requests.
func (l *load) send(ctx context.Context, perSecond float64, burst int, method, path string) {
	for {
		pause := (0.5 + rand.Float64()) / (perSecond * l.busy)
		select {
		case <-time.After(time.Duration(pause * float64(time.Second))):
		case <-ctx.Done():
			return
		}
		for range 1 + rand.IntN(burst) {
			l.requests.Go(func() { l.request(method, l.shop+path+"?"+anyOrder().Encode()) })
		}
	}
}

// request is not ended with the load: the last customers are served, too.
func (l *load) request(method, url string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := ask(ctx, l.client, method, url); err != nil {
		l.fail(fmt.Errorf("a request failed: %w", err))
	}
}

func anyOrder() url.Values {
	return url.Values{
		"product":     {strconv.Itoa(rand.IntN(1000))},
		"items":       {strconv.Itoa(1 + rand.IntN(9))},
		"warehouse":   {[]string{"north", "south", "east"}[rand.IntN(3)]},
		"destination": {[]string{"city", "country", "islands", "overseas"}[rand.IntN(4)]},
	}
}
