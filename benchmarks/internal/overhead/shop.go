package overhead

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math/rand/v2"
	"strings"
)

const (
	products      = 400
	customers     = 64
	warehouses    = 6
	linesPerOrder = 16
)

// shop is what the service knows: the same for all variants, and read only.
type shop struct {
	key      []byte            // by which orders are signed
	sessions map[string]string // of customers, as JSON
	rows     map[int]string    // of products, as JSON
	stock    map[int][]shelf
	tags     map[string][]int // to products
	page     *template.Template
}

// wish is an order as it comes in.
type wish struct {
	Customer string `json:"customer"`
	Country  string `json:"country"`
	Lines    []line `json:"lines"`
}

type line struct {
	Product  int `json:"product"`
	Quantity int `json:"quantity"`
}

type session struct {
	Customer string   `json:"customer"`
	Level    int      `json:"level"`
	Interest []string `json:"interest"`
}

type product struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Cents int      `json:"cents"`
	Grams int      `json:"grams"`
	Tags  []string `json:"tags"`
}

type shelf struct{ warehouse, pieces, meters int }

var tagNames = []string{"garden", "kitchen", "office", "outdoor", "paper", "repair", "sport", "travel"}

const pageSource = `<html><body><h1>Order of {{.Wish.Customer}}</h1><table>
{{range .Priced}}<tr><td>{{.Name}}</td><td>{{.Quantity}}</td><td>{{.Cents}}</td></tr>
{{end}}</table><p>{{.Total}} with {{.Tax}} of tax</p><ul>{{range .Advice}}<li>{{.}}</li>{{end}}</ul></body></html>`

func newShop() (*shop, error) {
	r := rand.New(rand.NewPCG(1, 2))
	page, err := template.New("order").Parse(pageSource)
	if err != nil {
		return nil, fmt.Errorf("overhead: the page of an order: %w", err)
	}
	s := &shop{
		key: []byte("a key that signs orders"), sessions: make(map[string]string), rows: make(map[int]string), stock: make(map[int][]shelf),
		tags: make(map[string][]int), page: page,
	}
	for i := range customers {
		name := fmt.Sprint("customer ", i)
		s.sessions[name] = mustJSON(session{name, r.IntN(4), anyTags(r)})
	}
	for id := range products {
		p := product{id, fmt.Sprintf("product %d of %s", id, tagNames[id%len(tagNames)]), 100 + r.IntN(9900), 50 + r.IntN(5000), anyTags(r)}
		s.rows[id] = mustJSON(p)
		for _, tag := range p.Tags {
			s.tags[tag] = append(s.tags[tag], id)
		}
		for w := range warehouses {
			s.stock[id] = append(s.stock[id], shelf{w, 100 + r.IntN(100), r.IntN(1000)})
		}
	}
	return s, nil
}

// wishes are bodies of requests, each of them another order of the same size.
func wishes(n int) []string {
	r := rand.New(rand.NewPCG(3, 4))
	bodies := make([]string, n)
	for i := range bodies {
		w := wish{Customer: fmt.Sprint("customer ", r.IntN(customers)), Country: []string{"DE", "FR", "US"}[r.IntN(3)]}
		for range linesPerOrder {
			w.Lines = append(w.Lines, line{r.IntN(products), 1 + r.IntN(5)})
		}
		bodies[i] = mustJSON(w)
	}
	return bodies
}

func anyTags(r *rand.Rand) []string {
	first := r.IntN(len(tagNames) - 2)
	return tagNames[first : first+3]
}

// mustJSON is for values of this package, none of which JSON cannot hold.
func mustJSON(v any) string {
	var b strings.Builder
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		panic(err)
	}
	return b.String()
}
