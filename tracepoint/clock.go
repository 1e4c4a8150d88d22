package tracepoint

import "time"

// Clock tells the time to [Leases]. tracepointtest has one that tests set.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f once d has passed, on a goroutine that the caller holds no lock on; stop prevents it and returns false if it was too late.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
