// Command evaluation measures how the search does, on recorded requests of real systems and in a simulated application, and writes docs/evaluation.md.
//
//	go run ./benchmarks/evaluation
//
// All of the document comes from one run; nothing in it is typed in by hand, but for the figures that others published. The recordings lie beside the
// checkout (../shared/data); what is absent is left out, and the document says so. Twenty seeds take about half an hour on two cores, the simulator a third of it. A few are done soon:
//
//	go run ./benchmarks/evaluation -seeds 2 -sets stock,rounds -settings=false -out -
//
// With a folder for what is done already it can be interrupted, or done data set by data set, and goes on where it was as long as neither the program, the
// recordings nor the number of seeds change. The last run writes the document with everything:
//
//	go build -o /tmp/evaluation ./benchmarks/evaluation
//	/tmp/evaluation -cache /tmp/evaluated -sets sim -out -
//	/tmp/evaluation -cache /tmp/evaluated
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
	"runtime/debug"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	debug.SetGCPercent(400)      // memory is plenty, and collecting it takes a fifth of the time
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil:
		return
	case errors.Is(err, flag.ErrHelp):
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "evaluation: interrupted")
	default:
		fmt.Fprintln(os.Stderr, "evaluation:", err)
	}
	os.Exit(1)
}

// settings are what the command line says.
type settings struct {
	data, out string
	sets      []string
	seeds     int
	workers   int
	cache     string
	vary      bool
}

// parse reads the command line. What is given there is relative to the working directory, what is not to the repository.
func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("evaluation", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.data, "data", filepath.Join(repository(), "..", "shared", "data"), "`folder` of the recordings")
	flags.StringVar(&s.out, "out", filepath.Join(repository(), "docs", "evaluation.md"), "`file` to write, - for standard output")
	sets := flags.String("sets", strings.Join(setNames(), ","), "data sets, separated by commas")
	flags.IntVar(&s.seeds, "seeds", 20, "searches by each strategy in each case")
	flags.IntVar(&s.workers, "workers", runtime.GOMAXPROCS(0), "searches at the same time")
	flags.StringVar(&s.cache, "cache", "", "`folder` in which results are kept, so that an interrupted run of the same program can go on")
	flags.BoolVar(&s.vary, "settings", true, "measure other settings, too: sections 4 to 7")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q: all settings are flags", flags.Arg(0))
	}
	if s.seeds < 1 || s.workers < 1 {
		return s, errors.New("-seeds and -workers must be positive")
	}
	s.sets = strings.Split(*sets, ",")
	return s, checkSetNames(s.sets)
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
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	began := time.Now()
	l := lab{seeds: s.seeds, few: min(s.seeds, mostFew), workers: s.workers, contenders: strategies(), progress: newProgress(stderr)}
	if s.vary {
		l.sections = sections()
	}
	if l.cache, err = openCache(s.cache); err != nil {
		return err
	}
	measured, err := l.measure(ctx, s.data, s.sets)
	if err != nil {
		return err
	}
	text, err := write(measured, circumstances{
		Seeds: l.seeds, Few: l.few, Workers: l.workers, Go: runtime.Version(), Date: began, Took: time.Since(began),
		Resumed: int(l.resumed.Load()),
	})
	if err != nil {
		return err
	}
	if s.out == "-" {
		_, err = io.WriteString(stdout, text)
		return err
	}
	return os.WriteFile(s.out, []byte(text), 0o644)
}
