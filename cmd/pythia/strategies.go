package main

import (
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/strategy"
)

// strategies returns all that can be named on the command line, in the order in which they are compared.
func strategies() []replay.Contender {
	return []replay.Contender{
		{Name: "evidence", Strategy: strategy.Evidence{}},
		{Name: "top-down", Strategy: strategy.TopDown{}},
		{Name: "flat", Strategy: strategy.Flat{}},
		{Name: "historic", Strategy: strategy.Historic{}},
		{Name: "hybrid", Strategy: strategy.Hybrid{}},
		{Name: "exhaustive", Strategy: strategy.Exhaustive{}},
		{Name: "random", Strategy: strategy.Random{}},
		{Name: "bandit", Strategy: strategy.Bandit{}},
	}
}
