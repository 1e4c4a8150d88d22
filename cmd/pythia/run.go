package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1   // nothing was usable, or the report could not be written
	exitUsage       = 2   // the command line was wrong
	exitInterrupted = 130 // as a shell reports Ctrl-C
)

// failure is an error of the work, as opposed to one of the command line.
type failure struct{ err error }

func (f failure) Error() string { return f.err.Error() }
func (f failure) Unwrap() error { return f.err }

// run is the program with everything that it touches given to it. It returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	var failed failure
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "pythia: interrupted")
		return exitInterrupted
	case errors.As(err, &failed):
		fmt.Fprintf(stderr, "pythia: %v\n", err)
		return exitFailed
	}
	fmt.Fprintf(stderr, "pythia: %v\nRun '%s --help' for how to use it.\n", err, command.CommandPath())
	return exitUsage
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "pythia",
		Short: "Find where, and why, the durations of requests vary",
		Long: `Pythia looks at the traces of requests that should perform alike, and do not. It
finds the part of their workflow in which the difference arises, and the
recorded values that go along with it.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(diagnoseCommand(), replayCommand(), doctorCommand(), schemaCommand(), versionCommand())
	return root
}
