package main

import (
	"os"
	"runtime"
	"strings"
)

// machine is where it was measured.
type machine struct {
	CPU, Kernel, Go, Load string
	Cores                 int
}

func thisMachine() machine {
	return machine{CPU: cpuModel(), Kernel: kernel(), Go: runtime.Version(), Load: loadAverage(), Cores: runtime.NumCPU()}
}

const unknown = "unknown"

// firstLine returns what stands first in a file of /proc; unknown, where there is none.
func firstLine(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return unknown
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}

func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return unknown
	}
	model, clock := unknown, ""
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(key) {
		case "model name":
			model = strings.TrimSpace(value)
		case "cpu MHz":
			clock = ", " + strings.TrimSpace(value) + " MHz"
		}
	}
	return model + clock
}

func kernel() string {
	return firstLine("/proc/sys/kernel/ostype") + " " + firstLine("/proc/sys/kernel/osrelease")
}

// loadAverage is how many threads ran or waited for a core, in the mean of the last minute, five and fifteen.
func loadAverage() string {
	fields := strings.Fields(firstLine("/proc/loadavg"))
	return strings.Join(fields[:min(3, len(fields))], ", ")
}
