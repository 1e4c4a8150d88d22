package load

import (
	"math/rand/v2"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// operation is what a service does, on request or by itself.
type operation struct {
	name      string
	kind      ptrace.SpanKind
	micros    float64 // before its calls and, again, after them
	route     string  // of an HTTP server
	rpc       string  // of a gRPC server
	method    string
	statement string // of a query
	calls     []call
}

// call is a call of an operation, made as often as is drawn between least and most.
type call struct {
	service     string // empty within the process
	operation   *operation
	least, most int
}

// times draws how often the call is made.
func (c call) times(r *rand.Rand) int { return c.least + r.IntN(c.most-c.least+1) }

// page is a kind of request, and which share of the requests is of it.
type page struct {
	operation
	weight float64
}

// pages are those of a shop, in so many copies.
type pages []page

// pick draws one: a copy, then a page by weight.
func (p pages) pick(r *rand.Rand) *page {
	at := 0
	if copies := len(p) / pagesOfShop; copies > 1 {
		at = pagesOfShop * r.IntN(copies)
	}
	last := at + min(len(p), pagesOfShop) - 1
	for left := r.Float64(); at < last; at++ {
		if left -= p[at].weight; left <= 0 {
			break
		}
	}
	return &p[at]
}

// pages returns those that the settings ask for.
func (c Config) pages() pages {
	s := newServices()
	if c.Items > 0 {
		item := repeated(local(inner("item", 30, remote("catalog", s.product), remote("currency", s.convert))), c.Items, c.Items)
		return pages{{route("GET", "/orders", 200, item), 1}}
	}
	all := s.pages("")
	for k := 1; k < c.Kinds; k++ {
		all = append(all, s.pages("/"+word(k))...)
	}
	return all
}

// word makes a word of a number, since numbers in routes look like identifiers.
func word(k int) string {
	var letters []byte
	for ; k > 0; k /= 26 {
		letters = append(letters, byte('a'+k%26))
	}
	return "branch-" + string(letters)
}

func agent(r *rand.Rand) string {
	agents := [...]string{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "curl/8.5.0", "python-requests/2.32",
	}
	return agents[r.IntN(len(agents))]
}
