// Package testdata locates the data sets that tests read but the repository does not hold.
package testdata

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Shared returns the path of a file or folder under shared/data, the folder of other people's traces and reference
// values that lies beside the checkout. Where it is absent the test is skipped, and the reason printed.
func Shared(tb testing.TB, elem ...string) string {
	tb.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "data")
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("reference data not beside the checkout: %v", err)
	}
	return path
}
