package tracefile

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzRead(f *testing.F) {
	for _, content := range formats(f) {
		f.Add([]byte(content), uint16(0))
		f.Add([]byte(zipped(content)), uint16(200))
	}
	f.Fuzz(func(t *testing.T, content []byte, limit uint16) {
		opts := Options{Workers: 2, MaxRecordBytes: int(limit), Stdin: bytes.NewReader(content)}
		_, stats := read(t, opts, "-")
		if !stats.Usable() {
			require.NotEmpty(t, stats.Problems, "nothing is left out silently")
		}
		require.LessOrEqual(t, len(stats.Problems), maxProblems)
	})
}
