package ebpf

import (
	"errors"
	"fmt"
	"syscall"
)

// Cause is why something is not to be had.
type Cause uint8

// The causes.
const (
	CauseUnknown     Cause = iota // of another kind: see Err
	CausePermission               // the process may not use eBPF
	CauseSystem                   // it is not Linux
	CauseBTF                      // the kernel does not describe its types
	CauseProgramType              // the kernel refuses programs of this type
	CauseMapType                  // or maps
	CauseTracefs                  // tracefs is not mounted
	CauseNotBuiltIn               // the kernel was built without it
	CauseRuntime                  // it is not known where this version of Go keeps what is needed
)

// String returns the cause in words.
func (c Cause) String() string {
	switch c {
	case CausePermission:
		return "no permission"
	case CauseSystem:
		return "not Linux"
	case CauseBTF:
		return "no BTF"
	case CauseProgramType:
		return "program type refused"
	case CauseMapType:
		return "map type refused"
	case CauseTracefs:
		return "no tracefs"
	case CauseNotBuiltIn:
		return "not built into the kernel"
	case CauseRuntime:
		return "unknown Go runtime"
	}
	return "unknown cause"
}

// UnsupportedError says what is not to be had here, why, and what to do.
type UnsupportedError struct {
	Feature string
	Cause   Cause
	Advice  string // what to do; empty where nothing helps
	Err     error  // what the kernel said; may be nil
}

// Error tells all of it.
func (e *UnsupportedError) Error() string {
	text := fmt.Sprintf("ebpf: %s: %s", e.Feature, e.Cause)
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.said())
	}
	if e.Advice != "" {
		text += "; " + e.Advice
	}
	return text
}

// Unwrap returns what the kernel said.
func (e *UnsupportedError) Unwrap() error { return e.Err }

// said is what the kernel said, without what others have guessed from it: where it does not permit something, more memory would not help.
func (e *UnsupportedError) said() error {
	var number syscall.Errno
	if errors.As(e.Err, &number) {
		return number
	}
	return e.Err
}
