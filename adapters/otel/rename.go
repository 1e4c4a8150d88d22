package otel

// renamed notes that a recording span that started under one name has another now. Traces show the new one, so it becomes a point too; but whether a span is
// recorded is decided at its start. So what is wanted of the new name is done to the old one.
func (from *point) renamed(name string) {
	p := from.provider
	if from == &p.nameless || name == from.name {
		return
	}
	if _, known := from.later.Load(name); known {
		return
	}
	to := p.point(name)
	if to == &p.nameless {
		return
	}
	p.points.mu.Lock()
	defer p.points.mu.Unlock()
	if _, known := from.later.LoadOrStore(to.name, to); known {
		return
	}
	from.becomes = append(from.becomes, to)
	to.startedAs = append(to.startedAs, from)
	if from.described.AlwaysOn {
		to.setAlwaysOn()
	}
	from.publish()
}
