package tracepoint_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

const renewerVariable = "TRACEPOINT_TEST_RENEWER"

// renewUntilKilled is what the child process does: it asks for the point to be renewed whenever it is told that time has passed.
func renewUntilKilled() {
	if os.Getenv(renewerVariable) == "" {
		return
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println("renew")
	}
	os.Exit(1) // its parent died first
}

// TestProcessKilled: the process that renews is killed in the middle of its work, and what it had enabled goes off within the lease.
func TestProcessKilled(t *testing.T) {
	clock := new(tracepointtest.Clock)
	p := newProcess(t, tracepoint.LeaseConfig{Clock: clock}, named("a", "skeleton"))
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), renewerVariable+"=1")
	in, err := child.StdinPipe()
	require.NoError(t, err)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())

	renewals := bufio.NewReader(out)
	for range 5 {
		_, err := io.WriteString(in, "time has passed\n")
		require.NoError(t, err)
		order, err := renewals.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "renew\n", order)
		require.NoError(t, p.EnableFor(t.Context(), lease, id("a")))
		clock.Advance(lease - 1)
		require.True(t, p.points[id("a")].On())
	}
	require.NoError(t, child.Process.Kill())
	_, err = renewals.ReadString('\n')
	require.ErrorIs(t, err, io.EOF, "it renews no more")
	require.Error(t, child.Wait(), "killed")
	clock.Advance(1)
	require.False(t, p.points[id("a")].On())
}
