package strategytest

import (
	"fmt"
	"math/rand/v2"
)

var (
	serviceNames = []string{
		"frontend", "orders", "inventory", "payment", "catalog", "users", "pricing", "shipping", "search", "reviews", "loyalty", "mail",
	}
	requestNames = []string{
		"POST /checkout", "GET /cart", "GET /products/{id}", "GET /search", "POST /login", "GET /orders/{id}", "PUT /cart/items", "GET /account",
	}
	entryVerbs    = []string{"Get", "Reserve", "List", "Update", "Quote", "Check", "Create", "Find"}
	nouns         = []string{"items", "prices", "stock", "coupons", "users", "orders", "carts", "taxes", "routes", "labels", "scores", "media"}
	computeVerbs  = []string{"validate", "merge", "render", "rank", "compute", "authorise", "encode", "filter", "plan", "lock", "expand", "apply"}
	queryVerbs    = []string{"SELECT", "UPDATE", "INSERT", "cache.Get", "cache.Set", "queue.Push"}
	thirdParties  = []string{"api.cards.example", "geo.maps.example", "sms.gateway.example", "fx.rates.example", "tax.office.example"}
	thirdPartyOps = []string{"POST /charges", "GET /lookup", "POST /messages", "GET /rates", "POST /returns"}
)

// nameOf returns the i-th name of a list that goes on with numbers.
func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s-%d", names[i%len(names)], i/len(names)+1)
}

func choose[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// names hands out the names of operations, each once per service.
type names struct {
	r     *rand.Rand
	taken map[string]int
}

func (n *names) unique(service, name string) string {
	key := service + "\xff" + name
	n.taken[key]++
	if again := n.taken[key]; again > 1 {
		return fmt.Sprintf("%s (%d)", name, again)
	}
	return name
}

func (n *names) compute(service string) string {
	return n.unique(service, choose(n.r, nouns)+"."+choose(n.r, computeVerbs))
}

func (n *names) query(service string) string {
	return n.unique(service, choose(n.r, queryVerbs)+" "+choose(n.r, nouns))
}
