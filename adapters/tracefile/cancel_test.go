package tracefile

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestCancel(t *testing.T) {
	path := file(t, strings.Repeat(osprofilerLine("A")+"\n", 20000))
	before := runtime.NumGoroutine()
	for _, workers := range []int{1, 3} {
		ctx, cancel := context.WithCancel(context.Background())
		stats, err := Read(ctx, []string{path, path}, Options{Workers: workers}, func(int, *pythia.Trace) { cancel() })
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorContains(t, err, "tracefile: ")
		require.Less(t, stats.Traces, 20000)
		require.Empty(t, stats.Problems)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func TestCancelCause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	cancel(why)
	_, err := Read(ctx, []string{file(t, osprofilerLine("A"))}, Options{}, func(int, *pythia.Trace) { t.Error("called") })
	require.ErrorIs(t, err, why)
}

func TestCancelWhileStandardInputHangs(t *testing.T) {
	in, writer := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.WriteString(writer, osprofilerLine("A")+"\n")
		cancel()
	}()
	stats, err := Read(ctx, []string{"-"}, Options{Stdin: in}, func(int, *pythia.Trace) {})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, stats.Problems)
	require.NoError(t, writer.Close()) // lets go of the goroutine that was left behind
}
