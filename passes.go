package pythia

// passes is how requests of one type passed the points that can be switched, of late. Observers count them here; a step adds them to the
// [usage], so that it can work with that, however long it takes, while they count on.
type passes struct {
	profiled int // workflows that were traced fully
	points   map[TracePointID]passed
	shown    []shown
}

// passed is what came by at one point.
type passed struct {
	spans, bytes float64
	// after is how many fully traced workflows came before the first that passed the point, and profiled whether it was one itself.
	after    int
	profiled bool
}

// shown is how many workflows showed a set of points, whether they passed them or not. There is one set unless some are switched meanwhile.
type shown struct {
	on        *pointSet
	workflows float64
}

// profile adds a fully traced workflow.
func (p *passes) profile(t *Trace, switchable map[TracePointID]bool) {
	for i := range t.Spans {
		if switchable[t.Spans[i].Point] {
			p.add(&t.Spans[i], true)
		}
	}
	p.profiled++
}

// observe adds a workflow in which only some of the points were on. Spans of others are those of a switch in progress.
func (p *passes) observe(t *Trace, switchable map[TracePointID]bool, on *pointSet) {
	if len(on.ids) == 0 {
		return
	}
	for i := range t.Spans {
		if id := t.Spans[i].Point; on.ids[id] && switchable[id] {
			p.add(&t.Spans[i], false)
		}
	}
	for i := range p.shown {
		if p.shown[i].on == on {
			p.shown[i].workflows++
			return
		}
	}
	p.shown = append(p.shown, shown{on, 1})
}

func (p *passes) add(s *Span, profiled bool) {
	if p.points == nil {
		p.points = make(map[TracePointID]passed)
	}
	at, known := p.points[s.Point]
	if !known {
		at.after, at.profiled = p.profiled, profiled
	}
	at.spans++
	at.bytes += float64(s.size())
	p.points[s.Point] = at
}
