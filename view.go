package pythia

// view is what observers go by: what is switched how. It never changes. A step that switches something publishes another one, so that observers
// need no lock to read it, and a step none to decide.
type view struct {
	switchable map[TracePointID]bool
	profiling  bool
	everybody  *pointSet            // what is on for requests of all types
	types      map[string]*pointSet // and for those for which there is more
}

// pointSet are the points that are on for requests of a type.
type pointSet struct{ ids map[TracePointID]bool }

// publish has observers go by how things are switched now. Windows that are to count no workflows from before must know so already: until the
// new view is there, workflows are taken for what they were, and begin too early to count.
func (l *loop) publish() {
	v := &view{switchable: l.switchable, profiling: l.profiling, everybody: newPointSet(nil), types: make(map[string]*pointSet)}
	for id, s := range l.on {
		if s.everybody {
			v.everybody.ids[id] = true
		}
	}
	for id, s := range l.on {
		for name := range s.types {
			if v.types[name] == nil {
				v.types[name] = newPointSet(v.everybody.ids)
			}
			v.types[name].ids[id] = true
		}
	}
	l.view.Store(v)
}

func newPointSet(of map[TracePointID]bool) *pointSet {
	s := &pointSet{make(map[TracePointID]bool, len(of))}
	for id := range of {
		s.ids[id] = true
	}
	return s
}

// onFor returns what is on for requests of a type.
func (v *view) onFor(requestType string) *pointSet {
	if s := v.types[requestType]; s != nil {
		return s
	}
	return v.everybody
}

func (v *view) isSwitchable(id TracePointID) bool { return v.switchable[id] }

// showsMore reports whether a workflow has a span at a point that is off for its type.
func (v *view) showsMore(t *Trace, on *pointSet) bool {
	for i := range t.Spans {
		if id := t.Spans[i].Point; v.switchable[id] && !on.ids[id] {
			return true
		}
	}
	return false
}
