package overhead

import "net/http"

// bare is the service without a line of tracing. It goes through the stages as the instrumented one does, so that they differ by the instrumentation
// alone.
type bare struct {
	shop *shop // nil: idle
	root *stage
}

func (b *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o := &order{shop: b.shop, body: r.Body}
	for _, in := range b.root.inside {
		visit(in, o)
	}
	o.answer(w)
}

func visit(s *stage, o *order) {
	o.do(s)
	for _, in := range s.inside {
		visit(in, o)
	}
}
