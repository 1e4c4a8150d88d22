package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/adapters/ebpf"
)

func TestDoctor(t *testing.T) {
	var out, errs strings.Builder
	require.Equal(t, exitOK, run(t.Context(), []string{"doctor"}, nil, &out, &errs))
	require.Empty(t, errs.String())
	require.Contains(t, out.String(), "typed raw tracepoints (tp_btf)")
	require.Equal(t, exitUsage, run(t.Context(), []string{"doctor", "me"}, nil, &out, &errs))
}

func TestDoctorSaysWhatIsMissing(t *testing.T) {
	refused := &ebpf.UnsupportedError{Feature: "ring buffer", Cause: ebpf.CauseMapType, Advice: "take another kernel"}
	var out strings.Builder
	require.NoError(t, examine(&out, []ebpf.Feature{
		{Name: "ring buffer", Needed: true, Answer: ebpf.No, Err: refused}, {Name: "kprobe", Answer: ebpf.Unknown, Err: errors.New("a\nb")},
		{Name: "task storage", Needed: true, Answer: ebpf.Yes},
	}))
	require.Equal(t, `The kernel, for trace points by eBPF:
  no      needed    ring buffer
                    ebpf: ring buffer: map type refused; take another kernel
  unknown if there  kprobe
                    a�b
  yes     needed    task storage
Of what is needed, 1 is not there: trace points of this kernel cannot be had.
`, out.String())
	out.Reset()
	require.NoError(t, examine(&out, nil))
	require.Contains(t, out.String(), "All that is needed is there.")
}
