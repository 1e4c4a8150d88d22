// Package overhead measures what tracing costs an application: an HTTP service of 20 spans a request, at full load, in variants that differ by their
// instrumentation alone. The constants [Bare] to [SDK] name them.
//
// The service takes orders of a shop, with everyday work in each span: JSON, a template, sorting. It is a server of net/http with clients of net/http,
// over the loopback device, in the same process, so the clients' part is in what a request takes: some 250 µs in all, most of them
// the service's work. A pipe within the process instead of the network would not make rounds much more alike, and would be less real.
//
// # Method
//
// What counts is CPU time: of a machine that others use too, time says little. One core has all the load, server and clients: with two, what it
// takes to wake the other one makes rounds differ most. The variants take turns in short rounds, in random order, and are compared
// within a round, so that what slows the machine down for a while slows all of them. The value is the median of rounds, its interval of 95 % that of a
// bootstrap. Work that is put off is done at the end of a round: a variant pays for all that it causes, garbage included. The steps of the Engines, one in
// 10 s and below a millisecond, fall where they fall.
//
// What a request takes varies by more than points that are off cost. So everything is measured a second time without the work, the server and
// the clients, which leaves the instrumentation, and the difference to the bare variant is exact to some nanoseconds: Variant.Added. What that
// cannot show is how instrumentation and work get into each other's way, in the caches most of all.
package overhead

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Options says how to measure.
type Options struct {
	// Time is after how long it ends although the intervals are not narrow enough yet; it takes some seconds at least. Zero means two minutes.
	Time time.Duration
}

// Measure measures all variants. Its errors are those of the network, of a variant that cannot be made, and of a context that is done. What else the
// process does meanwhile is measured too, so it should do nothing, nor measure twice at the same time.
func Measure(ctx context.Context, o Options) (*Result, error) {
	if o.Time < 0 {
		return nil, fmt.Errorf("overhead: a Time of %v is none, leave it zero for the default", o.Time)
	}
	if o.Time == 0 {
		o.Time = 2 * time.Minute
	}
	m, err := newMeasurement()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(m.run(ctx, time.Now().Add(o.Time)), m.close()); err != nil {
		return nil, err
	}
	return m.result(), nil
}
