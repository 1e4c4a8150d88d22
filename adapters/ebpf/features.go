package ebpf

import (
	"errors"
	"os"
	"runtime"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/features"
)

// Feature is something that a kernel may offer to those who look into it.
type Feature struct {
	Name string
	// Needed says that trace points of the kernel cannot do without it.
	Needed bool
	Answer Answer
	// Err says why not, or why it is unknown: an [UnsupportedError], unless it is something that nobody thought of. Nil for Yes.
	Err error
}

// Features finds out what the kernel offers to this process, by trying. It takes up to a second, mostly to read the kernel's types. Nothing stays loaded.
func Features() []Feature {
	all := probes()
	found := make([]Feature, len(all))
	for i, p := range all {
		found[i] = p.try()
	}
	return found
}

// Supported returns nil if trace points of the kernel can work here, else why not: an [UnsupportedError] for each thing that is needed, joined.
func Supported() error {
	var missing []error
	for _, f := range Features() {
		if !f.Needed || f.Answer == Yes {
			continue
		}
		if missing = append(missing, f.Err); len(missing) == 1 && f.Name == permission {
			break // whoever may not ask gets no other answer, either
		}
	}
	return errors.Join(missing...)
}

// probe finds out about one thing.
type probe struct {
	name   string
	needed bool
	// refused is the cause where the kernel refuses, and advice what to do about it.
	refused Cause
	advice  string
	ask     func() error // nil: it is there
}

const permission = "permission to use eBPF"

const (
	adviceKernel  = "nothing helps but another kernel; it needs Linux 5.18 or later"
	adviceTracefs = "mount it: mount -t tracefs tracefs /sys/kernel/tracing"
	adviceBTF     = "it needs a kernel built with CONFIG_DEBUG_INFO_BTF"
	advicePrivil  = "run as root, or give the program what it needs: setcap cap_bpf,cap_perfmon+ep FILE"
)

func probes() []probe {
	return []probe{
		{permission, true, CausePermission, advicePrivil, mayUse},
		{"types of the kernel (BTF)", true, CauseBTF, adviceBTF, func() error { _, err := btf.LoadKernelSpec(); return err }},
		{"typed raw tracepoints (tp_btf)", true, CauseProgramType, adviceKernel, tracing(ebpf.AttachTraceRawTp, "sys_enter")},
		{"ring buffer", true, CauseMapType, adviceKernel, mapType(ebpf.RingBuf)},
		{"task storage", true, CauseMapType, adviceKernel, mapType(ebpf.TaskStorage)},
		{"maps shared with the process", true, CauseMapType, adviceKernel, mappable},
		{
			"goroutines of " + runtime.Version() + " on " + runtime.GOARCH, true, CauseRuntime, "build the program with another version of Go, for amd64",
			knowsGoroutines,
		},
		{"raw tracepoints", false, CauseProgramType, adviceKernel, programType(ebpf.RawTracepoint)},
		{"tracepoints by tracefs", false, CauseTracefs, adviceTracefs, tracefs},
		{"functions of the kernel (fentry)", false, CauseProgramType, adviceKernel, tracing(ebpf.AttachTraceFEntry, "vfs_fsync")},
		{"functions of the kernel (kprobe)", false, CauseNotBuiltIn, "it needs a kernel built with CONFIG_KPROBE_EVENTS", perfEvents("kprobe")},
		{"functions of programs (uprobe)", false, CauseNotBuiltIn, "it needs a kernel built with CONFIG_UPROBE_EVENTS", perfEvents("uprobe")},
	}
}

// try asks, and says why not. Without permission nothing else can be known, but that it is not to be had.
func (p *probe) try() Feature {
	f := Feature{Name: p.name, Needed: p.needed, Answer: Yes}
	unsupported := &UnsupportedError{Feature: p.name, Cause: p.refused, Advice: p.advice}
	if runtime.GOOS != "linux" {
		unsupported.Cause, unsupported.Advice = CauseSystem, "run it on Linux"
		f.Answer, f.Err = No, unsupported
		return f
	}
	err := p.ask()
	if err == nil {
		return f
	}
	unsupported.Err = err
	f.Answer, f.Err = No, unsupported
	switch refused := refusal(err); {
	case errors.Is(err, os.ErrPermission) && mayUse() != nil:
		unsupported.Cause, unsupported.Advice = CausePermission, advicePrivil
	case !refused:
		f.Answer, unsupported.Cause, unsupported.Advice = Unknown, CauseUnknown, ""
	}
	return f
}

// refusal reports whether an error says that something is not there, and not only that asking went wrong.
func refusal(err error) bool {
	for _, no := range []error{ebpf.ErrNotSupported, os.ErrPermission, os.ErrNotExist, errNot} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// errNot is a plain no.
var errNot = errors.New("no")

// tracing tries to load a program that does nothing at a place of the kernel.
func tracing(how ebpf.AttachType, where string) func() error {
	return func() error {
		program, err := ebpf.NewProgram(&ebpf.ProgramSpec{
			Name: "probe", Type: ebpf.Tracing, AttachType: how, AttachTo: where, License: "GPL",
			Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()},
		})
		if err != nil {
			return err
		}
		return program.Close()
	}
}

func programType(t ebpf.ProgramType) func() error {
	return func() error { return features.HaveProgramType(t) }
}

func mapType(t ebpf.MapType) func() error {
	return func() error { return features.HaveMapType(t) }
}

// mappable asks for arrays that the process and the kernel can write at the same time.
func mappable() error { return features.HaveMapFlag(features.BPF_F_MMAPABLE) }

func tracefs() error {
	for _, folder := range []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} {
		if _, err := os.Stat(folder + "/events"); err == nil {
			return nil
		} else if errors.Is(err, os.ErrPermission) {
			return err
		}
	}
	return os.ErrNotExist
}

// perfEvents asks for a kind of event that the kernel makes of a function.
func perfEvents(kind string) func() error {
	return func() error {
		_, err := os.Stat("/sys/bus/event_source/devices/" + kind + "/type")
		return err
	}
}
