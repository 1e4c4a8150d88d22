// Command pythia finds where, and why, the durations of requests vary, from their traces.
//
//	pythia diagnose traces.jsonl.gz
//
// It reads OpenTelemetry, Jaeger, Zipkin and OSProfiler traces; "pythia diagnose --help" says more.
package main

import (
	"context"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
