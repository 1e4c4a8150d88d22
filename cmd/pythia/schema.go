package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/pythia-trace/pythia/render"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of what 'diagnose --format json' prints",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := io.WriteString(c.OutOrStdout(), render.Schema()); err != nil {
				return failure{err}
			}
			return nil
		},
	}
}
