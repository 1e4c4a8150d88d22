package main

import (
	"context"
	"net/http"
	"time"

	"github.com/pythia-trace/pythia/tracepoint"
)

// pickers are the robots that fetch goods. That there are only two is what makes POST /checkout vary, and is to be found: orders come in
// bursts and queue for them, and nobody measures that.
var pickers = newSemaphore(2)

// The inventory's trace points. All are off, and cost nothing, until Pythia switches them on.
var (
	reserve = tracepoint.New("inventory.Reserve", "takes goods for an order",
		tracepoint.Int("items", items), tracepoint.String("warehouse", warehouse))
	lookup  = tracepoint.New("inventory.lookup", "finds the shelf")
	acquire = tracepoint.New("semaphore.Acquire", "waits for a picker",
		tracepoint.Int("queue_length", func(context.Context) int { return int(pickers.queue.Load()) }))
	pick = tracepoint.New("inventory.pick", "has the goods fetched")
	pack = tracepoint.New("inventory.pack", "has the goods put into a box")
)

func newInventory() (*service, error) {
	s, err := newService("inventory", reserve, lookup, acquire, pick, pack)
	if err != nil {
		return nil, err
	}
	s.handle("POST /reserve", func(r *http.Request) error { return takeGoods(withOrder(r.Context(), r)) })
	return s, nil
}

func takeGoods(ctx context.Context) error {
	ctx, span := reserve.Start(ctx)
	defer span.End()
	work(ctx, lookup, 8*time.Millisecond)
	if err := waitForPicker(ctx); err != nil {
		return err
	}
	defer pickers.release()
	work(ctx, pick, 6*time.Millisecond)
	work(ctx, pack, 6*time.Millisecond)
	return nil
}

func waitForPicker(ctx context.Context) error {
	ctx, span := acquire.Start(ctx)
	defer span.End()
	return pickers.acquire(ctx)
}
