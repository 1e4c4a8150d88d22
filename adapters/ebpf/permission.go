package ebpf

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Numbers of capabilities (capabilities(7)).
const (
	capSysAdmin = 21
	capPerfmon  = 38
	capBPF      = 39
)

// mayUse returns nil if the process has what the kernel asks of those who load such programs. Errors of the kernel do not tell: it says that
// the operation is not permitted, too, where it permits it to nobody.
func mayUse() error {
	has, err := capabilities("/proc/self/status")
	if err != nil {
		return err
	}
	if has(capSysAdmin) || has(capBPF) && has(capPerfmon) {
		return nil
	}
	return fmt.Errorf("the process has neither CAP_BPF and CAP_PERFMON nor CAP_SYS_ADMIN: %w", os.ErrPermission)
}

// capabilities reads which are in effect from a file like /proc/self/status.
func capabilities(file string) (has func(number int) bool, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		text, found := strings.CutPrefix(lines.Text(), "CapEff:")
		if !found {
			continue
		}
		set, err := strconv.ParseUint(strings.TrimSpace(text), 16, 64)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		return func(number int) bool { return set>>number&1 == 1 }, nil
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return nil, fmt.Errorf("%s does not tell the capabilities", file)
}
