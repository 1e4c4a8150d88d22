package load

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// shop plays requests.
type shop struct {
	rand      *rand.Rand
	exporters map[string]*exporter // by instance
	all       []*exporter          // in order of appearance, so that nothing depends on the order of a map
	traffic   *Traffic
	trace     pcommon.TraceID
	id        uint64
}

// exportDue has those instances export whose time has come.
func (s *shop) exportDue(now int64) {
	for _, e := range s.all {
		if now >= e.due {
			e.export(s.traffic)
			e.due = now + exportEvery
		}
	}
}

func (s *shop) request(p *page, at int64) {
	binary.BigEndian.PutUint64(s.trace[:8], s.rand.Uint64())
	binary.BigEndian.PutUint64(s.trace[8:], s.rand.Uint64())
	s.serve(s.instance("frontend", at), &p.operation, at, pcommon.SpanID{})
}

// serve plays an operation of an instance that starts at a time and returns when it ended. The operation's calls come one after the other.
func (s *shop) serve(on *exporter, o *operation, at int64, parent pcommon.SpanID) int64 {
	span := s.start(o.name, o.kind, at, parent)
	s.describe(span, o)
	end := at + s.took(o.micros)
	for _, c := range o.calls {
		for range c.times(s.rand) {
			end = s.call(on, c, end, span.SpanID()) + s.took(20)
		}
	}
	end += s.took(o.micros)
	s.end(on, span, end)
	return end
}

// call plays a client's call, or an inner operation, and returns when it ended.
func (s *shop) call(on *exporter, c call, at int64, parent pcommon.SpanID) int64 {
	if c.service == "" {
		return s.serve(on, c.operation, at, parent)
	}
	span := s.start(c.operation.name, ptrace.SpanKindClient, at, parent)
	s.describeClient(span, c)
	end := s.serve(s.instance(c.service, at), c.operation, at+s.took(150), span.SpanID()) + s.took(150)
	s.end(on, span, end)
	return end
}

// took draws a duration in nanoseconds around a number of microseconds, log-normally.
func (s *shop) took(micros float64) int64 {
	return int64(micros * 1e3 * math.Exp(0.3*s.rand.NormFloat64()))
}

func (s *shop) start(name string, kind ptrace.SpanKind, at int64, parent pcommon.SpanID) ptrace.Span {
	s.id++
	var id pcommon.SpanID
	binary.BigEndian.PutUint64(id[:], s.id*0x9e3779b97f4a7c15) // an odd factor: every number gives another one
	span := ptrace.NewSpan()
	span.SetTraceID(s.trace)
	span.SetSpanID(id)
	span.SetParentSpanID(parent)
	span.SetName(name)
	span.SetKind(kind)
	span.SetFlags(0x101)
	span.SetStartTimestamp(pcommon.Timestamp(at))
	return span
}

// end hands a span to the instance's exporter, which gets spans when they end: those that are called before those that call them.
func (s *shop) end(on *exporter, span ptrace.Span, at int64) {
	span.SetEndTimestamp(pcommon.Timestamp(at))
	on.add(span, s.traffic, at)
}

// describe gives a span the attributes that instrumentation libraries give it.
func (s *shop) describe(span ptrace.Span, o *operation) {
	a := span.Attributes()
	switch {
	case o.route != "":
		a.PutStr("http.request.method", o.method)
		a.PutStr("url.path", o.route)
		a.PutStr("http.route", o.route)
		a.PutStr("url.scheme", "http")
		a.PutInt("http.response.status_code", 200)
		a.PutStr("user_agent.original", agent(s.rand))
		a.PutStr("client.address", "10.4."+strconv.Itoa(s.rand.IntN(16))+"."+strconv.Itoa(s.rand.IntN(250)))
		a.PutStr("network.protocol.version", "1.1")
	case o.statement != "":
		a.PutStr("db.system.name", "postgresql")
		a.PutStr("db.query.text", o.statement)
		a.PutStr("db.namespace", "shop")
		a.PutStr("server.address", "db.shop.svc")
		a.PutInt("server.port", 5432)
		a.PutInt("db.response.returned_rows", int64(s.rand.IntN(40)))
	case o.rpc != "":
		a.PutStr("rpc.system", "grpc")
		a.PutStr("rpc.service", o.rpc)
		a.PutStr("rpc.method", o.method)
		a.PutInt("rpc.grpc.status_code", 0)
		a.PutStr("client.address", "10.4.1."+strconv.Itoa(s.rand.IntN(250)))
	default:
		a.PutInt("items", int64(s.rand.IntN(12)))
		a.PutBool("cached", s.rand.IntN(3) == 0)
	}
}

func (s *shop) describeClient(span ptrace.Span, c call) {
	a := span.Attributes()
	a.PutStr("rpc.system", "grpc")
	a.PutStr("rpc.service", c.operation.rpc)
	a.PutStr("rpc.method", c.operation.method)
	a.PutInt("rpc.grpc.status_code", 0)
	a.PutStr("server.address", c.service+".shop.svc")
	a.PutInt("server.port", 8080)
}

// instance draws one of a service's two replicas.
func (s *shop) instance(service string, now int64) *exporter {
	number := s.rand.IntN(2)
	name := service + strconv.Itoa(number)
	e := s.exporters[name]
	if e == nil {
		e = &exporter{service: service, number: number, node: s.rand.IntN(4), due: now + exportEvery}
		e.begin()
		s.exporters[name] = e
		s.all = append(s.all, e)
	}
	return e
}
