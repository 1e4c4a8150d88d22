// Command performance measures how fast Pythia is and what memory it takes, how that grows, and what the usual programs take for the same work, and
// writes docs/performance.md with its plots.
//
//	go run ./benchmarks/performance
//
// All of the document comes from one run, but for the figures that others published. It takes about a quarter of an hour. What matters is CPU time, which
// other work on the machine changes little; still, have it quiet. One row, or all of them in a minute and with small sizes, is
//
//	go run ./benchmarks/performance -only path -out /tmp/performance.md
//	go run ./benchmarks/performance -quick -out /tmp/performance.md
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := run(ctx, os.Args[1:], os.Stderr)
	switch {
	case err == nil:
		return
	case errors.Is(err, flag.ErrHelp):
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "performance: interrupted")
	default:
		fmt.Fprintln(os.Stderr, "performance:", err)
	}
	os.Exit(1)
}

// settings are what the command line says.
type settings struct {
	out   string
	only  []string
	quick bool
	time  time.Duration
}

// parse reads the command line. What is given there is relative to the working directory, what is not to the repository.
func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("performance", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.out, "out", filepath.Join(repository(), "docs", "performance.md"), "`file` to write; the plots go into the folder of its name beside it")
	only := flags.String("only", strings.Join(rowNames(), ","), "what to measure, separated by commas")
	flags.BoolVar(&s.quick, "quick", false, "small sizes, done in a minute: to try the program, not to judge what it measures")
	flags.DurationVar(&s.time, "time", 0, "how long each measurement goes on, at least; 0 means 2s, or 50ms with -quick")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q: all settings are flags", flags.Arg(0))
	}
	if s.time < 0 {
		return s, errors.New("-time must not be negative")
	}
	if s.time == 0 {
		s.time = 2 * time.Second
		if s.quick {
			s.time = 50 * time.Millisecond
		}
	}
	s.only = strings.Split(*only, ",")
	return s, checkRowNames(s.only)
}

// repository is where this file's repository lies, as compiled; the working directory, if that is not known.
func repository() string {
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.work")); err != nil {
		return "."
	}
	return root
}

// run is the program with everything that it touches given to it.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	l := &lab{ctx: ctx, quick: s.quick, time: s.time, progress: newProgress(stderr)}
	l.began, l.machine = time.Now(), thisMachine()
	m, err := l.measure(s.only)
	if err != nil {
		return err
	}
	l.loadAtEnd = loadAverage()
	return write(s.out, l, m)
}
