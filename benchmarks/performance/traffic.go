package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/pythia-trace/pythia/benchmarks/internal/load"
)

// stored is traffic, and a file with it in memory: reading it costs what a copy costs.
type stored struct {
	*load.Traffic
	file string
}

// store makes traffic. The file is gone after discard.
func (l *lab) store(c load.Config) (*stored, error) {
	s := &stored{Traffic: load.New(c)}
	f, err := os.CreateTemp(memoryFolder(), "pythia-performance-*.otlp")
	if err != nil {
		return nil, fmt.Errorf("storing traffic: %w", err)
	}
	s.file = f.Name()
	w := bufio.NewWriterSize(f, 1<<20)
	if _, err = s.WriteTo(w); err == nil {
		err = w.Flush()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		s.discard()
		return nil, fmt.Errorf("storing traffic: %w", err)
	}
	return s, nil
}

func (s *stored) discard() { _ = os.Remove(s.file) }

// memoryFolder is one whose files lie in memory, if there is such a thing. Elsewhere the system keeps in memory what was written just before.
func memoryFolder() string {
	const shared = "/dev/shm"
	if info, err := os.Stat(shared); err == nil && info.IsDir() {
		return shared
	}
	return os.TempDir()
}
