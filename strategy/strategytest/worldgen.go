package strategytest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pythia-trace/pythia"
)

const (
	pointsPerEntry = 9  // switchable, on average
	maxLevel       = 5  // of operations below their entry
	maxSteps       = 4  // of an operation
	maxSize        = 60 // operations that a request runs, where that can be had
	leastLevel     = 2  // of operations that a fault is planted in, where possible
)

// generator draws an application.
type generator struct {
	r     *rand.Rand
	app   *application
	names names
	// callable are the entries of the services made so far, which the services made next may call.
	callable []*operation
	called   map[*operation]bool
}

// generate draws an application. Services call only those after them, so that no call leads back.
func generate(c WorldConfig) *application {
	r := rand.New(&stream{combine(c.Seed, hash("application"))})
	g := &generator{r: r, app: &application{byID: make(map[pythia.TracePointID]*operation)}, called: make(map[*operation]bool)}
	g.names = names{r, make(map[string]int)}
	entries := max(c.Points/pointsPerEntry, c.RequestTypes+c.Services-1)
	behind := entries - c.RequestTypes
	for s := c.Services - 1; s > 0; s-- {
		share := behind/(c.Services-1) + btoi(s <= behind%(c.Services-1))
		g.service(s, share, c.Points/entries, false)
	}
	if c.Services == 1 {
		entries = c.RequestTypes
	}
	g.app.roots = g.service(0, c.RequestTypes, c.Points/entries, true)
	g.callTheRest()
	g.dress()
	return g.app
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// service draws a service with some entries, each with a number of points below.
func (g *generator) service(number, entries, points int, front bool) []*operation {
	service := nameOf(serviceNames, number)
	replicas := make([]*pythia.Process, 2+g.r.IntN(2))
	for i := range replicas {
		replicas[i] = &pythia.Process{
			Service: service, Instance: fmt.Sprintf("%s-%d", service, i), Host: fmt.Sprintf("host-%d", 3*number+i),
			Attrs: []pythia.Attr{pythia.String("service.version", fmt.Sprintf("1.%d.0", g.r.IntN(9)))},
		}
	}
	made := make([]*operation, entries)
	var helpers []*operation
	for i := range made {
		name := service + "." + nameOf(entryVerbs, i)
		if front {
			name = nameOf(requestNames, i)
		}
		name = g.names.unique(service, name)
		e := g.add(&operation{id: pythia.TracePointID{Scope: service, Name: name}, kind: pythia.KindServer, entry: true, replicas: replicas})
		made[i] = e
		g.grow(e, points, front, &helpers)
		if front {
			g.app.types = append(g.app.types, service+" "+name)
		}
	}
	g.callable = append(g.callable, made...)
	return made
}

func (g *generator) add(o *operation) *operation {
	o.index = len(g.app.operations)
	g.app.operations = append(g.app.operations, o)
	return o
}

// attach makes an operation below another, mostly as a step of its own, sometimes in parallel to the last one.
func (g *generator) attach(parent *operation, parallel float64) *operation {
	o := g.add(&operation{id: pythia.TracePointID{Scope: parent.id.Scope}, replicas: parent.replicas, level: parent.level + 1})
	g.link(parent, o, parallel)
	return o
}

func (g *generator) link(parent, callee *operation, parallel float64) {
	l := link{callee: callee, probability: 1, count: 1, salt: g.r.Uint64()}
	if last := len(parent.steps) - 1; last >= 0 && (len(parent.steps) == maxSteps || g.r.Float64() < parallel) {
		parent.steps[last] = append(parent.steps[last], l)
	} else {
		parent.steps = append(parent.steps, step{l})
	}
	if !callee.entry {
		callee.parents = append(callee.parents, parent)
	}
}

// grow draws what an entry does: first a chain, so that it is deep, then branches anywhere, then calls.
func (g *generator) grow(entry *operation, points int, front bool, helpers *[]*operation) {
	calls := min(g.r.IntN(3)+btoi(front), len(g.callable), points/3)
	inner := max(points-calls, 1)
	open := []*operation{entry}
	depth := min(2+g.r.IntN(maxLevel-1), max(1, inner/2))
	for at := entry; at.level < depth; inner-- {
		at = g.attach(at, 0)
		open = append(open, at)
	}
	for ; inner > 0; inner-- {
		parent := choose(g.r, open)
		if len(*helpers) > 0 && g.r.Float64() < 0.08 && g.share(parent, choose(g.r, *helpers)) {
			continue
		}
		o := g.attach(parent, 0.25)
		if o.level < maxLevel && g.r.Float64() < 0.6 {
			open = append(open, o)
		} else if g.r.Float64() < 0.3 {
			*helpers = append(*helpers, o)
		}
	}
	for range calls {
		if to := g.callee(); entry.size()+to.size() < maxSize {
			g.call(choose(g.r, open), to)
		}
	}
}

// share makes an operation of the service be called from a second place.
func (g *generator) share(parent, helper *operation) bool {
	if slices.Contains(helper.parents, parent) {
		return false
	}
	g.link(parent, helper, 0)
	return true
}

// callee draws an entry to call, often one that nobody calls yet.
func (g *generator) callee() *operation {
	fresh := slices.DeleteFunc(slices.Clone(g.callable), func(o *operation) bool { return g.called[o] })
	if len(fresh) > 0 && g.r.Float64() < 0.6 {
		return choose(g.r, fresh)
	}
	return choose(g.r, g.callable)
}

// call adds a call from an operation to another service.
func (g *generator) call(from, to *operation) {
	client := g.attach(from, 0.3)
	client.kind = pythia.KindClient
	client.id.Name = g.names.unique(from.id.Scope, "call "+to.id.Name)
	client.medianNanos, client.sigma = 2e5*math.Exp(g.r.Float64()), 0.3 // the network
	g.link(client, to, 0)
	g.called[to] = true
}

// callTheRest makes the request types call the entries that nobody calls, so that all code is reached.
func (g *generator) callTheRest() {
	for _, e := range g.callable {
		if g.called[e] || slices.Contains(g.app.roots, e) {
			continue
		}
		root := slices.MinFunc(g.app.roots, func(a, b *operation) int { return a.size() - b.size() })
		from := root
		for !from.leaf() && from.level < leastLevel && from.steps[0][0].callee.kind == pythia.KindInternal {
			from = from.steps[0][0].callee
		}
		g.call(from, e)
	}
}
