package pythia

// repairSkew moves server spans that lie outside the client span waiting for them, when the two were stamped by different clocks.
// Like Jaeger's adjuster it centres the server span in the client span, and moves all below it on the same host along. It reports
// whether anything moved. A server span longer than its client is left alone: the client gave up waiting.
func (b *builder) repairSkew() bool {
	if !b.anySkew() {
		return false
	}
	shift := make([]int64, len(b.Spans))
	for _, i := range b.topDownByParent() {
		p := b.parent[i]
		if p == NoParent {
			continue
		}
		child, parent := &b.Spans[i], &b.Spans[p]
		if child.host() == "" || child.host() == parent.host() {
			shift[i] = shift[p]
		} else if delta, skewed := skew(parent, child, shift[p]); skewed {
			shift[i] = delta
			b.Repairs.Add(RepairClockSkew, 1)
		}
	}
	for i := range b.Spans {
		b.Spans[i].shift(shift[i])
	}
	return true
}

// anySkew reports whether any span is to be moved for its own sake. If none is, none is moved with another.
func (b *builder) anySkew() bool {
	for i, p := range b.parent {
		if b.Spans[i].Kind != KindServer || p == NoParent || b.Spans[i].Process == b.Spans[p].Process {
			continue
		}
		if _, skewed := skew(&b.Spans[p], &b.Spans[i], 0); skewed && b.Spans[i].host() != b.Spans[p].host() {
			return true
		}
	}
	return false
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
func (b *builder) topDownByParent() []int32 {
	order := make([]int32, 0, len(b.Spans))
	done := make([]bool, len(b.Spans))
	var up []int32
	for i := range b.Spans {
		for j := int32(i); j != NoParent && !done[j]; j = b.parent[j] {
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
