//go:build linux && amd64

package ebpf

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace/noop"
)

// childVariable, if set in the environment, says what the test program is to do as a process of its own, instead of the tests.
const childVariable = "PYTHIA_EBPF_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "causes":
		sayCauses()
	case "points":
		haveAllOn()
	default:
		os.Exit(m.Run())
	}
}

// sayCauses says what is not supported, one cause a line.
func sayCauses() {
	for _, f := range Features() {
		sayCause(f.Name, f.Err)
	}
	_, err := New(Config{Provider: noop.NewTracerProvider()})
	sayCause("New", err)
}

func sayCause(of string, err error) {
	var unsupported *UnsupportedError
	if errors.As(err, &unsupported) {
		fmt.Printf("%s: %s\n", of, unsupported.Cause)
	}
}

func TestFeatures(t *testing.T) {
	needed := 0
	for _, f := range Features() {
		t.Logf("%s: %s %v", f.Name, f.Answer, f.Err)
		require.Equal(t, f.Answer == Yes, f.Err == nil)
		if f.Err != nil {
			var unsupported *UnsupportedError
			require.ErrorAs(t, f.Err, &unsupported)
			require.Equal(t, f.Name, unsupported.Feature)
			require.Equal(t, f.Answer == Unknown, unsupported.Cause == CauseUnknown)
		}
		if f.Needed {
			needed++
		}
	}
	require.Positive(t, needed)
}

// TestSupported: where the process may use eBPF, and the kernel tells its types, its trace points are to be had.
func TestSupported(t *testing.T) {
	err := Supported()
	if mayUse() != nil {
		var unsupported *UnsupportedError
		require.ErrorAs(t, err, &unsupported)
		require.Equal(t, CausePermission, unsupported.Cause)
		require.ErrorIs(t, err, os.ErrPermission)
		return
	}
	if _, missing := os.Stat("/sys/kernel/btf/vmlinux"); missing != nil {
		skip(t, "this kernel does not tell its types")
	}
	require.NoError(t, err)
}

// TestUnprivileged: somebody who may not use eBPF is told so, by a typed error, whatever the kernel offers.
func TestUnprivileged(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		skip(t, "only root can become somebody else")
	}
	program := copyOfProgram(t)
	command := exec.CommandContext(t.Context(), program)
	command.Env = []string{childVariable + "=causes"}
	command.Dir = "/"
	const nobody = 65534
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.Contains(t, string(said), "permission to use eBPF: no permission\n")
	require.Contains(t, string(said), "typed raw tracepoints (tp_btf): no permission\n")
	require.Contains(t, string(said), "New: no permission\n")
}

// copyOfProgram copies this program to where everybody can run it.
func copyOfProgram(t *testing.T) string {
	folder, err := os.MkdirTemp("", "pythia-ebpf-*")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	require.NoError(t, os.Chmod(folder, 0o755))
	self, err := os.Executable()
	require.NoError(t, err)
	from, err := os.Open(self)
	require.NoError(t, err)
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(filepath.Join(folder, "program"), os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(to, from)
	require.NoError(t, err)
	require.NoError(t, to.Close())
	return to.Name()
}

// TestRefusals: what the kernel says becomes an answer and a cause.
func TestRefusals(t *testing.T) {
	may := mayUse() == nil
	for name, c := range map[string]struct {
		err    error
		answer Answer
		cause  Cause
	}{
		"there":        {nil, Yes, CauseUnknown},
		"not there":    {os.ErrNotExist, No, CauseMapType},
		"went wrong":   {errors.New("out of memory"), Unknown, CauseUnknown},
		"another no":   {fmt.Errorf("probing: %w", errNot), No, CauseMapType},
		"refused":      {os.ErrPermission, No, map[bool]Cause{true: CauseMapType, false: CausePermission}[may]},
		"not the type": {fmt.Errorf("loading: %w", os.ErrPermission), No, map[bool]Cause{true: CauseMapType, false: CausePermission}[may]},
	} {
		p := probe{name: "some map", refused: CauseMapType, advice: "do without", ask: func() error { return c.err }}
		f := p.try()
		require.Equal(t, c.answer, f.Answer, name)
		if c.err == nil {
			require.NoError(t, f.Err)
			continue
		}
		var unsupported *UnsupportedError
		require.ErrorAs(t, f.Err, &unsupported)
		require.Equal(t, c.cause, unsupported.Cause, name)
		require.ErrorIs(t, f.Err, c.err)
	}
}

func TestCapabilities(t *testing.T) {
	status := func(text string) string {
		file := filepath.Join(t.TempDir(), "status")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	has, err := capabilities(status("Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t000000c000000000\n"))
	require.NoError(t, err)
	require.True(t, has(capBPF) && has(capPerfmon))
	require.False(t, has(capSysAdmin))
	for _, wrong := range []string{"", "CapEff:\tx\n"} {
		_, err := capabilities(status(wrong))
		require.Error(t, err)
	}
	_, err = capabilities(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestErrorsSayWhatToDo(t *testing.T) {
	err := &UnsupportedError{Feature: "ring buffer", Cause: CauseMapType, Advice: "take another kernel", Err: os.ErrPermission}
	require.EqualError(t, err, "ebpf: ring buffer: map type refused (permission denied); take another kernel")
	require.EqualError(t, &UnsupportedError{Feature: "f"}, "ebpf: f: unknown cause")
	for c := CauseUnknown; c <= CauseRuntime; c++ {
		require.NotEmpty(t, c.String())
	}
	require.Equal(t, []string{"unknown", "no", "yes"}, []string{Unknown.String(), No.String(), Yes.String()})
}
