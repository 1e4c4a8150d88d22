package strategytest

import (
	"fmt"
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// dress gives the operations, once their tree is drawn, names, times and attributes.
func (g *generator) dress() {
	g.thirdParties()
	for i, o := range g.app.operations {
		g.name(o)
		g.time(o)
		declare(g.r, o)
		o.source = fmt.Sprintf("%s/%s.go:%d", o.id.Scope, o.id.Scope, 20+7*i)
		g.app.byID[o.id] = o
	}
	for _, o := range g.app.operations {
		g.vary(o)
	}
}

// thirdParties turns some leaves into calls to third parties. Each request type has one if possible: they are often what is slow.
func (g *generator) thirdParties() {
	var leaves []*operation
	for _, o := range g.app.operations {
		if o.leaf() && o.kind == pythia.KindInternal && o.level >= leastLevel && len(o.parents) == 1 {
			leaves = append(leaves, o)
		}
	}
	g.r.Shuffle(len(leaves), func(i, k int) { leaves[i], leaves[k] = leaves[k], leaves[i] })
	front := slices.IndexFunc(leaves, func(o *operation) bool { return o.id.Scope == g.app.roots[0].id.Scope })
	if front > 0 {
		leaves[0], leaves[front] = leaves[front], leaves[0]
	}
	for i, o := range leaves[:min(len(leaves), 2+len(g.app.operations)/30)] {
		o.kind = pythia.KindClient
		o.thirdParty = thirdParties[i%len(thirdParties)]
		o.id.Name = g.names.unique(o.id.Scope, thirdPartyOps[i%len(thirdParties)])
	}
}

func (g *generator) name(o *operation) {
	switch {
	case o.entry:
		o.description = "takes requests in"
	case o.thirdParty != "":
		o.description = "asks " + o.thirdParty
	case o.kind == pythia.KindClient:
		o.description = "calls another service"
	case o.leaf() && g.r.Float64() < 0.5:
		o.id.Name = g.names.query(o.id.Scope)
	default:
		o.id.Name = g.names.compute(o.id.Scope)
	}
}

// time draws the self time, 0.3 to 10 ms in the median, and where in the operation it is spent.
func (g *generator) time(o *operation) {
	if o.medianNanos == 0 {
		o.medianNanos, o.sigma = 3e5*math.Exp(g.r.Float64()*math.Log(10/0.3)), 0.2+0.2*g.r.Float64()
	}
	o.gaps = make([]float64, len(o.steps)+1)
	sum := 0.0
	for i := range o.gaps {
		o.gaps[i] = 0.2 + g.r.Float64()
		sum += o.gaps[i]
	}
	for i := range o.gaps {
		o.gaps[i] /= sum
	}
}

// vary makes some calls optional, and some loops. Only small operations are, so that requests of one type remain alike.
func (g *generator) vary(o *operation) {
	for _, s := range o.steps {
		for i := range s {
			if s[i].callee.size() > 3 || s[i].callee.entry {
				continue
			}
			switch u := g.r.Float64(); {
			case u < 0.1:
				s[i].probability = 0.3 + 0.6*g.r.Float64()
			case u < 0.2 && s[i].callee.medianNanos < 4e6:
				s[i].count = 2 + g.r.IntN(2)
			}
		}
	}
}
