package main

import (
	"slices"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/strategy"
)

// Names of strategies that the document compares with each other.
const (
	evidence = "evidence"
	topDown  = "top-down"
	flat     = "flat"
	bandit   = "bandit"
	random   = "random"
	nothing  = "nothing"

	flatSingly   = "flat, one at a time"
	banditSingly = "bandit, one at a time"
)

// strategies returns all that are compared, in the order of the tables.
func strategies() []replay.Contender {
	return []replay.Contender{
		{Name: evidence, Strategy: strategy.Evidence{}},
		{Name: topDown, Strategy: strategy.TopDown{}},
		{Name: flat, Strategy: strategy.Flat{}},
		{Name: flatSingly, Strategy: strategy.Flat{Split: 1}},
		{Name: "historic", Strategy: strategy.Historic{}},
		{Name: "hybrid", Strategy: strategy.Hybrid{}},
		{Name: "exhaustive", Strategy: strategy.Exhaustive{}},
		{Name: random, Strategy: strategy.Random{}},
		{Name: bandit, Strategy: strategy.Bandit{}},
		{Name: banditSingly, Strategy: strategy.Bandit{Most: 1}},
		{Name: nothing, Strategy: abstention{}},
	}
}

// abstention never switches anything on: it shows what the skeleton tells by itself.
type abstention struct{}

// Next implements [pythia.SearchStrategy].
func (abstention) Next(*pythia.State) (pythia.Decision, error) { return pythia.Decision{}, nil }

// rivals are those that evidence is compared with, pair by pair.
func rivals() []string { return []string{topDown, flat, flatSingly, bandit, banditSingly} }

// named returns those of some names.
func named(all []replay.Contender, names []string) []replay.Contender {
	var chosen []replay.Contender
	for _, c := range all {
		if slices.Contains(names, c.Name) {
			chosen = append(chosen, c)
		}
	}
	return chosen
}
