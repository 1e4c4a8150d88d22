package overhead

import (
	"context"
	"net/http"

	"github.com/pythia-trace/pythia/tracepoint"
)

// pointed is the bare service with a trace point in each stage.
type pointed struct {
	shop   *shop // nil: idle
	root   *stage
	points []*tracepoint.Point // by the stage's place
}

func (p *pointed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, span := p.points[p.root.place].Start(r.Context())
	defer span.End()
	o := &order{shop: p.shop, body: r.Body}
	for _, in := range p.root.inside {
		p.visit(ctx, in, o)
	}
	o.answer(w)
}

func (p *pointed) visit(ctx context.Context, s *stage, o *order) {
	ctx, span := p.points[s.place].Start(ctx)
	defer span.End()
	if span.Recording() {
		span.SetAttributes(s.attributes(o)...)
	}
	o.do(s)
	for _, in := range s.inside {
		p.visit(ctx, in, o)
	}
}
