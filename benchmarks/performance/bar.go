package main

import "fmt"

// bar is a figure that is promised, and what was measured of it.
type bar struct {
	What   string
	Beside string // what it is compared with
	Asked  string // the bar in words
	Figure string // what was measured, in words
	value  float64
	bound  float64
	least  bool // value must be bound at least; else at most
}

// Reached says whether it is kept, by the median that was measured.
func (b bar) Reached() string {
	if b.least && b.value >= b.bound || !b.least && b.value <= b.bound {
		return "yes"
	}
	return "**no**"
}

// atMost is a bar that a time, in seconds, must stay below.
func atMost(what string, s spread, bound float64) bar {
	return bar{What: what, Beside: "–", Asked: "≤ " + duration(bound), Figure: s.text(seconds()), value: s.Median, bound: bound}
}

// timesAsFast is a bar of so many times what something beside takes.
func timesAsFast(what, beside string, s spread, bound float64) bar {
	return bar{What: what, Beside: beside, Asked: fmt.Sprintf("≥ %g ×", bound), Figure: s.text(ratios()), value: s.Median, bound: bound, least: true}
}

// bars are all that were measured, in the order of the document.
func (m *measurement) bars() (all []bar) {
	if m.Pipeline != nil {
		all = append(all, m.Pipeline.bars()...)
	}
	if m.Decoding != nil {
		all = append(all, m.Decoding.bars()...)
	}
	if m.Path != nil {
		all = append(all, m.Path.bars()...)
	}
	if m.Memory != nil {
		all = append(all, m.Memory.bars()...)
	}
	if m.Statistics != nil {
		all = append(all, m.Statistics.bars()...)
	}
	if m.Space != nil {
		all = append(all, m.Space.bars()...)
	}
	if m.Step != nil {
		all = append(all, m.Step.bars()...)
	}
	if m.Overhead != nil {
		all = append(all, m.Overhead.bars()...)
	}
	return all
}
