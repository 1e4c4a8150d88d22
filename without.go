package pythia

import "slices"

// Without returns the workflow as it looks with trace points hidden: the children of a hidden span hang below its nearest visible ancestor. It
// returns nil where nothing is visible, and t itself where nothing is hidden. The request type stays.
func (t *Trace) Without(hidden func(TracePointID) bool) *Trace {
	count := 0
	for i := range t.Spans {
		if hidden(t.Spans[i].Point) {
			count++
		}
	}
	if count == 0 {
		return t
	}
	above := t.visibleAncestors(hidden)
	visible := make([]Span, 0, len(t.Spans)-count)
	for i := range t.Spans {
		if hidden(t.Spans[i].Point) {
			continue
		}
		s := t.Spans[i]
		s.ParentID, s.Links, s.Events = "", nil, slices.Clone(s.Events) // NewTrace takes ownership; these are t's own
		if a := above[i]; a != NoParent {
			s.ParentID = t.Spans[a].ID
		}
		visible = append(visible, s)
	}
	bare, err := NewTrace(t.ID, visible)
	if err != nil {
		return nil
	}
	bare.RequestType = t.RequestType
	return bare
}

// visibleAncestors returns every span's nearest visible ancestor. Each span is passed once.
func (t *Trace) visibleAncestors(hidden func(TracePointID) bool) []int32 {
	above := make([]int32, len(t.Spans))
	for _, i := range t.topDown() {
		p := t.parent[i]
		switch {
		case p == NoParent:
			above[i] = NoParent
		case hidden(t.Spans[p].Point):
			above[i] = above[p]
		default:
			above[i] = p
		}
	}
	return above
}
