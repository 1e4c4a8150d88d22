package overhead

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
)

// order is the work of one request, which the stages do one after the other. The zero order is idle: its stages do nothing, so that what is measured
// is instrumentation and nothing else.
type order struct {
	shop *shop
	body io.Reader
	err  error // the first

	text      []byte
	signature string
	session   session
	known     []product
	chosen    []shelf
	scores    []score
	html      bytes.Buffer

	Wish   wish
	Priced []priced
	Total  int // cents
	Tax    int // cents
	Advice []string
}

type priced struct {
	Name            string
	Quantity, Cents int
}

type score struct {
	product int
	points  float64
}

func (o *order) do(s *stage) {
	if o.shop != nil && s.work != nil && o.err == nil {
		s.work(o)
	}
}

// answer is what the customer gets.
func (o *order) answer(w http.ResponseWriter) {
	if o.shop == nil {
		return
	}
	if o.err != nil {
		http.Error(w, o.err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(o.text) // a client that has gone notices itself
}

func (o *order) note(err error) {
	if o.err == nil {
		o.err = err
	}
}

func (o *order) read() {
	text, err := io.ReadAll(o.body)
	o.note(err)
	o.text = text
}

func (o *order) decode() { o.note(json.Unmarshal(o.text, &o.Wish)) }

func (o *order) sign() {
	h := hmac.New(sha256.New, o.shop.key)
	_, _ = h.Write(o.text) // a hash takes everything
	o.signature = hex.EncodeToString(h.Sum(nil))
}

func (o *order) loadSession() {
	o.note(json.Unmarshal([]byte(o.shop.sessions[o.Wish.Customer]), &o.session))
}

func (o *order) validate() {
	seen := make(map[int]int)
	for _, l := range o.Wish.Lines {
		seen[l.Product] += l.Quantity
	}
	for id, quantity := range seen {
		if _, known := o.shop.rows[id]; !known || quantity > 100 {
			o.note(fmt.Errorf("product %d cannot be had %d times", id, quantity))
		}
	}
}

func (o *order) selectProducts() {
	for _, l := range o.Wish.Lines {
		var p product
		o.note(json.Unmarshal([]byte(o.shop.rows[l.Product]), &p))
		o.known = append(o.known, p)
	}
}

func (o *order) price() {
	for i, p := range o.known {
		quantity := o.Wish.Lines[i].Quantity
		o.Priced = append(o.Priced, priced{p.Name, quantity, p.Cents * quantity})
	}
}

func (o *order) discount() {
	for i := range o.Priced {
		percent := 2*o.session.Level + min(o.Priced[i].Quantity, 4)
		for _, interest := range o.session.Interest {
			if slices.Contains(o.known[i].Tags, interest) {
				percent++
			}
		}
		o.Priced[i].Cents -= o.Priced[i].Cents * percent / 100
		o.Total += o.Priced[i].Cents
	}
}

func (o *order) tax() {
	rates := map[string]int{"DE": 19, "FR": 20, "US": 7}
	o.Tax = o.Total * rates[o.Wish.Country] / 100
	o.Total += o.Tax
}

func (o *order) selectStock() {
	for _, l := range o.Wish.Lines {
		shelves := slices.Clone(o.shop.stock[l.Product])
		slices.SortFunc(shelves, func(a, b shelf) int {
			return cmp.Or(cmp.Compare(a.meters, b.meters), cmp.Compare(a.warehouse, b.warehouse))
		})
		o.chosen = append(o.chosen, shelves[0])
	}
}

func (o *order) route() {
	slices.SortFunc(o.chosen, func(a, b shelf) int {
		return cmp.Or(cmp.Compare(a.warehouse, b.warehouse), cmp.Compare(a.meters, b.meters))
	})
}

func (o *order) candidates() {
	seen := make(map[int]bool)
	for _, tag := range o.session.Interest {
		for _, id := range o.shop.tags[tag] {
			if !seen[id] {
				seen[id] = true
				o.scores = append(o.scores, score{product: id})
			}
		}
	}
}

func (o *order) score() {
	for i := range o.scores {
		for _, p := range o.known {
			distance := math.Abs(float64(o.scores[i].product - p.ID))
			o.scores[i].points += math.Exp(-distance / 50)
		}
	}
}

func (o *order) rank() {
	slices.SortFunc(o.scores, func(a, b score) int {
		return cmp.Or(cmp.Compare(b.points, a.points), cmp.Compare(a.product, b.product))
	})
	for _, s := range o.scores[:min(5, len(o.scores))] {
		o.Advice = append(o.Advice, fmt.Sprintf("product %d (%.3f)", s.product, s.points))
	}
}

func (o *order) render() { o.note(o.shop.page.Execute(&o.html, o)) }

func (o *order) compact() {
	page := strings.ReplaceAll(o.html.String(), "\n", "")
	o.html.Reset()
	_, _ = o.html.WriteString(page) // never fails
}

func (o *order) encode() {
	text, err := json.Marshal(struct {
		Signature, Page string
		Total, Tax      int
		Shelves         int
	}{o.signature, o.html.String(), o.Total, o.Tax, len(o.chosen)})
	o.note(err)
	o.text = text
}
