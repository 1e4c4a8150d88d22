//go:build linux && amd64

package ebpf

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/pythia-trace/pythia/tracepoint"
)

// TestSwitchingOneLeavesTheOthers switches single points a thousand times, under load, while another one is on all the time.
func TestSwitchingOneLeavesTheOthers(t *testing.T) {
	before := openFiles(t)
	check := new(checker)
	r := &requests{bench: newBench(t, check), check: check, most: 10_000}
	ctx := t.Context()
	require.NoError(t, r.Enable(ctx, id("fstat")))
	var stop atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !stop.Load() {
			r.run(r.made.Load()+1, 50)
		}
	}()
	on := make(map[string]bool)
	for i := range 1000 {
		p := r.points[rand.IntN(len(r.points))]
		for i%10 > 0 && p.syscall < 0 || p.name == "fstat" { // programs are attached and detached now and then only: it takes a while
			p = r.points[rand.IntN(len(r.points))]
		}
		time.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond)
		if on[p.name] = !on[p.name]; on[p.name] {
			require.NoError(t, r.Enable(ctx, p.id()))
		} else {
			require.NoError(t, r.Disable(ctx, p.id()))
		}
	}
	for _, p := range r.points {
		if p.name != "fstat" {
			require.NoError(t, r.Disable(ctx, p.id()))
		}
	}
	require.Equal(t, 7, r.Kernel.Stats().Attached)
	stop.Store(true)
	<-ended
	require.NoError(t, r.Kernel.ForceFlush(ctx))
	stats := r.Kernel.Stats()
	t.Logf("%d system calls, right %d; %+v", r.made.Load(), check.right.Load(), stats)
	require.Zero(t, check.wrong.Load())
	require.Zero(t, check.others.Load())
	require.Zero(t, stats.Dropped)
	require.Equal(t, r.made.Load(), check.right.Load(), "no event of the others is lost")
	require.NoError(t, r.Disable(ctx, id("fstat")))
	require.Zero(t, r.Kernel.Stats().Attached)
	require.NoError(t, r.Leases.Close())
	require.NoError(t, r.Kernel.Close())
	require.Zero(t, attached(t), "nothing stays attached")
	require.Eventually(t, func() bool { return openFiles(t) <= before }, 5*time.Second, 10*time.Millisecond, "no file stays open")
}

func openFiles(t *testing.T) int {
	files, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(files)
}

// haveAllOn is what the child process does: it has all points on until it is killed.
func haveAllOn() {
	sdk := sdktrace.NewTracerProvider()
	k, err := New(Config{Provider: sdk})
	if err != nil {
		fmt.Println(err)
		return
	}
	sdk.RegisterSpanProcessor(k)
	c, err := k.Controller(tracepoint.LeaseConfig{})
	for i := range k.points {
		err = errors.Join(err, c.Enable(context.Background(), k.points[i].id()))
	}
	fmt.Println("on", err)
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// TestKilled: a process that is killed leaves nothing behind.
func TestKilled(t *testing.T) {
	newBench(t, nil) // or it is skipped, saying so
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=points")
	_, err := child.StdinPipe()
	require.NoError(t, err)
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	said, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "on <nil>\n", said)
	require.Equal(t, 10, attached(t))
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait(), "killed")
	require.Eventually(t, func() bool { return attached(t) == 0 }, 5*time.Second, 10*time.Millisecond)
}

// attached counts the links to our programs, of all processes.
func attached(t *testing.T) (n int) {
	links := new(link.Iterator)
	defer links.Close()
	ours := make(map[string]bool)
	for _, p := range allPoints() {
		for _, name := range p.programs {
			ours[name] = true
		}
	}
	for links.Next() {
		info, err := links.Link.Info()
		require.NoError(t, err)
		p, err := ebpf.NewProgramFromID(info.Program)
		if err != nil {
			continue // it is gone
		}
		about, err := p.Info()
		require.NoError(t, err)
		if ours[about.Name] {
			n++
		}
		require.NoError(t, p.Close())
	}
	require.NoError(t, links.Err())
	return n
}
