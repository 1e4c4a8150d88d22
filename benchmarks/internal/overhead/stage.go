package overhead

import "go.opentelemetry.io/otel/attribute"

// spansPerRequest is how many spans a request has if all are recorded: one a stage.
const spansPerRequest = 20

// stage is a part of a request, and a span if it is instrumented.
type stage struct {
	place      int // among all stages
	name       string
	client     bool // instrumented by a library, as a driver of a database is, rather than by the application
	attributes func(*order) []attribute.KeyValue
	work       func(*order)
	inside     []*stage
}

// entry is what takes the request in, and all that it calls.
func entry() *stage {
	return numbered(&stage{name: "POST /orders", inside: []*stage{
		inner("order.read", lines, (*order).read, inner("order.decode", size, (*order).decode)),
		inner("session.authenticate", customer, (*order).sign, client("GET session", "redis", (*order).loadSession)),
		inner("order.validate", lines, (*order).validate),
		inner("catalogue.load", lines, nil, client("SELECT products", "postgresql", (*order).selectProducts)),
		inner("price.compute", country, (*order).price, inner("price.discount", level, (*order).discount), inner("price.tax", country, (*order).tax)),
		inner("stock.reserve", lines, nil, client("SELECT stock", "postgresql", (*order).selectStock), inner("stock.route", shelves, (*order).route)),
		inner("advice.make", customer, (*order).candidates, inner("advice.score", scores, (*order).score), inner("advice.rank", scores, (*order).rank)),
		inner("page.render", total, (*order).render, inner("page.compact", page, (*order).compact)),
		client("SET order", "redis", (*order).encode),
	}})
}

func inner(name string, attributes func(*order) []attribute.KeyValue, work func(*order), inside ...*stage) *stage {
	return &stage{name: name, attributes: attributes, work: work, inside: inside}
}

func client(name, system string, work func(*order)) *stage {
	return &stage{name: name, client: true, work: work, attributes: func(o *order) []attribute.KeyValue {
		return []attribute.KeyValue{
			attribute.String("db.system.name", system), attribute.String("db.query.summary", name), attribute.Int("db.operation.batch.size", len(o.Wish.Lines)),
		}
	}}
}

// numbered gives all stages their places.
func numbered(root *stage) *stage {
	place := 0
	var number func(*stage)
	number = func(s *stage) {
		s.place = place
		place++
		for _, in := range s.inside {
			number(in)
		}
	}
	number(root)
	return root
}

// each calls visit for all stages, in the order of their places.
func (s *stage) each(visit func(*stage)) {
	visit(s)
	for _, in := range s.inside {
		in.each(visit)
	}
}

// What the application's own spans say, two attributes each.

func lines(o *order) []attribute.KeyValue { return say(o, attribute.Int("lines", len(o.Wish.Lines))) }

func size(o *order) []attribute.KeyValue { return say(o, attribute.Int("size_bytes", len(o.text))) }

func country(o *order) []attribute.KeyValue {
	return say(o, attribute.String("country", o.Wish.Country))
}

func level(o *order) []attribute.KeyValue { return say(o, attribute.Int("level", o.session.Level)) }

func shelves(o *order) []attribute.KeyValue { return say(o, attribute.Int("shelves", len(o.chosen))) }

func scores(o *order) []attribute.KeyValue {
	return say(o, attribute.Int("candidates", len(o.scores)))
}

func total(o *order) []attribute.KeyValue { return say(o, attribute.Int("total_cents", o.Total)) }

func page(o *order) []attribute.KeyValue {
	return say(o, attribute.Int("page_bytes", o.html.Len()))
}

func customer(o *order) []attribute.KeyValue {
	return say(o, attribute.Int("interests", len(o.session.Interest)))
}

func say(o *order, more attribute.KeyValue) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("customer.id", o.Wish.Customer), more}
}
