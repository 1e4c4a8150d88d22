package ebpf_test

import (
	"errors"
	"fmt"

	"github.com/pythia-trace/pythia/adapters/ebpf"
)

// Before the kernel's trace points are used, one can ask whether they are to be had, and if not, why.
func ExampleSupported() {
	err := ebpf.Supported()
	var unsupported *ebpf.UnsupportedError
	switch {
	case err == nil:
		fmt.Println("the kernel has all that is needed")
	case errors.As(err, &unsupported) && unsupported.Cause == ebpf.CausePermission:
		fmt.Println("not for us:", unsupported.Advice)
	default:
		fmt.Println(err)
	}
}
