package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/pythia-trace/pythia/adapters/ebpf"
	"github.com/pythia-trace/pythia/render"
)

func doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what this machine offers below the application",
		Long: `Doctor finds out, by trying, what the kernel offers for trace points below the
application, and where it offers something not, why, and what to do about it.
Nothing stays loaded. Pythia works without any of it, for applications.`,
		Example: `  pythia doctor
  sudo pythia doctor`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return examine(c.OutOrStdout(), ebpf.Features())
		},
	}
}

// examine writes what was found out about the kernel.
func examine(w io.Writer, found []ebpf.Feature) error {
	missing := 0
	fmt.Fprintln(w, "The kernel, for trace points by eBPF:")
	for _, f := range found {
		need := "if there"
		if f.Needed {
			need = "needed"
		}
		fmt.Fprintf(w, "  %-8s%-10s%s\n", f.Answer, need, f.Name)
		if f.Err == nil {
			continue
		}
		fmt.Fprintf(w, "  %18s%s\n", "", render.Printable(f.Err.Error()))
		if f.Needed {
			missing++
		}
	}
	if missing > 0 {
		_, err := fmt.Fprintf(w, "Of what is needed, %d is not there: trace points of this kernel cannot be had.\n", missing)
		return written(err)
	}
	_, err := fmt.Fprintln(w, "All that is needed is there.")
	return written(err)
}

func written(err error) error {
	if err != nil {
		return failure{fmt.Errorf("writing: %w", err)}
	}
	return nil
}
