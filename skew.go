package pythia

// repairSkew moves server spans that lie outside the client span waiting for them, when the two were stamped by different clocks.
// Like Jaeger's adjuster it centres the server span in the client span, and moves all below it on the same host along. It reports
// whether anything moved. A server span longer than its client is left alone: the client gave up waiting.
func (t *Trace) repairSkew() bool {
	shift := make([]int64, len(t.Spans))
	moved := false
	for _, i := range t.topDownByParent() {
		p := t.parent[i]
		if p == NoParent {
			continue
		}
		child, parent := &t.Spans[i], &t.Spans[p]
		if child.host() == "" || child.host() == parent.host() {
			shift[i] = shift[p]
		} else if delta, skewed := skew(parent, child, shift[p]); skewed {
			shift[i] = delta
			t.Repairs.Add(RepairClockSkew, 1)
		}
		moved = moved || shift[i] != 0
	}
	if !moved {
		return false
	}
	for i := range t.Spans {
		t.Spans[i].shift(shift[i])
	}
	return true
}

// skew returns by how much to move a server span whose client has itself been moved by parentShift.
func skew(client, server *Span, parentShift int64) (int64, bool) {
	if client.Kind != KindClient || server.Kind != KindServer || client.host() == "" || server.host() == "" {
		return 0, false
	}
	start, end := client.StartNanos+parentShift, client.EndNanos+parentShift
	room := client.DurationNanos() - server.DurationNanos()
	if room < 0 || (server.StartNanos >= start && server.EndNanos <= end) {
		return 0, false
	}
	return start + room/2 - server.StartNanos, true
}

func (s *Span) shift(nanos int64) {
	if nanos == 0 {
		return
	}
	s.StartNanos += nanos
	s.EndNanos += nanos
	for i := range s.Events {
		s.Events[i].TimeNanos += nanos
	}
	s.clamp()
}

// topDownByParent is [Trace.topDown] before the lists of children exist.
func (t *Trace) topDownByParent() []int32 {
	order := make([]int32, 0, len(t.Spans))
	done := make([]bool, len(t.Spans))
	var up []int32
	for i := range t.Spans {
		for j := int32(i); j != NoParent && !done[j]; j = t.parent[j] {
			done[j] = true
			up = append(up, j)
		}
		for len(up) > 0 {
			order = append(order, up[len(up)-1])
			up = up[:len(up)-1]
		}
	}
	return order
}
