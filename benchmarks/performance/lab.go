package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// lab is where things are measured.
type lab struct {
	ctx       context.Context
	quick     bool
	time      time.Duration // each measurement goes on for so long, at least
	progress  *progress
	began     time.Time
	machine   machine
	loadAtEnd string
}

// measurement is what was measured; nil what was not asked for.
type measurement struct {
	Hardware   *hardware
	Pipeline   *pipeline
	Decoding   *decoding
	Path       *paths
	Memory     *memory
	Statistics *statistics
	Space      *space
	Step       *stepping
	Overhead   *overheads
}

// row is something to be measured.
type row struct {
	name    string
	measure func(*lab, *measurement) error
}

func rows() []row {
	return []row{
		{"pipeline", func(l *lab, m *measurement) (err error) { m.Pipeline, err = l.measurePipeline(); return err }},
		{"decoding", func(l *lab, m *measurement) (err error) { m.Decoding, err = l.measureDecoding(); return err }},
		{"path", func(l *lab, m *measurement) (err error) { m.Path, err = l.measurePaths(m.Hardware); return err }},
		{"memory", func(l *lab, m *measurement) (err error) { m.Memory, err = l.measureMemory(); return err }},
		{"statistics", func(l *lab, m *measurement) (err error) {
			m.Statistics, err = l.measureStatistics(m.Hardware)
			return err
		}},
		{"space", func(l *lab, m *measurement) (err error) { m.Space, err = l.measureSpace(m.Hardware); return err }},
		{"step", func(l *lab, m *measurement) (err error) { m.Step, err = l.measureStep(m.Hardware); return err }},
		{"overhead", func(l *lab, m *measurement) (err error) { m.Overhead, err = l.measureOverhead(m.Hardware); return err }},
	}
}

func rowNames() (names []string) {
	for _, r := range rows() {
		names = append(names, r.name)
	}
	return names
}

func checkRowNames(names []string) error {
	for _, n := range names {
		if !slices.Contains(rowNames(), n) {
			return fmt.Errorf("there is no %q to measure: -only takes %s", n, strings.Join(rowNames(), ", "))
		}
	}
	return nil
}

// measure measures the rows that are asked for, in their order, after what the machine can do.
func (l *lab) measure(only []string) (*measurement, error) {
	m := new(measurement)
	l.progress.begin("hardware")
	m.Hardware = l.measureHardware()
	for _, r := range rows() {
		if !slices.Contains(only, r.name) {
			continue
		}
		if err := r.measure(l, m); err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return m, nil
}

// pick is the size of something: that of the table, or a small one with -quick.
func pick[T any](l *lab, full, quick T) T {
	if l.quick {
		return quick
	}
	return full
}

// fewestRounds is how often everything is measured, at least.
func (l *lab) fewestRounds() int { return pick(l, 5, 2) }
