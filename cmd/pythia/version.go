package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := fmt.Fprintln(c.OutOrStdout(), version(debug.ReadBuildInfo())); err != nil {
				return failure{err}
			}
			return nil
		},
	}
}

// version describes a build: the module's version, the commit it was made from, and the Go release.
func version(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "pythia, built without module information"
	}
	s := "pythia " + info.Main.Version
	settings := make(map[string]string)
	for _, v := range info.Settings {
		settings[v.Key] = v.Value
	}
	if commit := settings["vcs.revision"]; commit != "" {
		s += ", commit " + commit[:min(12, len(commit))]
		if settings["vcs.modified"] == "true" {
			s += " with changes"
		}
	}
	return s + ", " + info.GoVersion
}
