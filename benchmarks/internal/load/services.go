package load

import "go.opentelemetry.io/collector/pdata/ptrace"

func query(name, statement string, micros float64) *operation {
	return &operation{name: name, kind: ptrace.SpanKindClient, micros: micros, statement: statement}
}

func inner(name string, micros float64, calls ...call) *operation {
	return &operation{name: name, kind: ptrace.SpanKindInternal, micros: micros, calls: calls}
}

func rpc(service, method string, micros float64, calls ...call) *operation {
	return &operation{name: service + "/" + method, kind: ptrace.SpanKindServer, micros: micros, rpc: service, method: method, calls: calls}
}

func route(method, path string, micros float64, calls ...call) operation {
	return operation{name: method + " " + path, kind: ptrace.SpanKindServer, micros: micros, route: path, method: method, calls: calls}
}

func local(o *operation) call { return call{operation: o, least: 1, most: 1} }

func remote(service string, o *operation) call {
	return call{service: service, operation: o, least: 1, most: 1}
}

func repeated(c call, least, most int) call {
	c.least, c.most = least, most
	return c
}

// services are the operations behind the front end.
type services struct {
	cart, add, product, list, convert, advice, ads, quote, order *operation
}

func newServices() *services {
	s := &services{
		cart: rpc("shop.CartService", "GetCart", 80, local(query("SELECT cart_items", "SELECT product_id, quantity FROM cart_items WHERE user_id = $1", 600))),
		add: rpc("shop.CartService", "AddItem", 90,
			local(query("INSERT cart_items", "INSERT INTO cart_items (user_id, product_id, quantity) VALUES ($1, $2, $3)", 900))),
		product: rpc("shop.ProductCatalog", "GetProduct", 60, local(inner("cache.get", 15)),
			repeated(local(query("SELECT products", "SELECT id, name, description, price FROM products WHERE id = $1", 500)), 0, 1)),
		list: rpc("shop.ProductCatalog", "ListProducts", 200,
			local(query("SELECT products", "SELECT id, name, description, price FROM products ORDER BY name LIMIT 50", 2500))),
		convert: rpc("shop.Currency", "Convert", 40),
		ads:     rpc("shop.Ads", "GetAds", 150, local(inner("match", 200))),
		quote:   rpc("shop.Shipping", "GetQuote", 120, local(inner("quote", 80))),
	}
	s.advice = rpc("shop.Recommendation", "List", 300, local(inner("rank", 700)), remote("catalog", s.list))
	s.order = s.placeOrder()
	return s
}

func (s *services) placeOrder() *operation {
	price := inner("price", 40, remote("catalog", s.product), remote("currency", s.convert))
	ship := rpc("shop.Shipping", "ShipOrder", 200, local(query("INSERT shipments", "INSERT INTO shipments (order_id, address) VALUES ($1, $2)", 1100)))
	charge := rpc("shop.Payment", "Charge", 2500, local(inner("validate", 100)))
	mail := rpc("shop.Email", "SendConfirmation", 500, local(inner("render", 400)))
	return rpc("shop.Checkout", "PlaceOrder", 300, remote("cart", s.cart), repeated(local(price), 1, 4),
		remote("shipping", s.quote), remote("payment", charge), remote("shipping", ship), remote("email", mail))
}

const pagesOfShop = 5

// pages are those of one front end, whose routes begin with a prefix.
func (s *services) pages(prefix string) []page {
	cart, convert, product := remote("cart", s.cart), remote("currency", s.convert), remote("catalog", s.product)
	advice, ads := remote("recommendation", s.advice), remote("ads", s.ads)
	item := repeated(local(inner("item", 30, product, convert)), 1, 4)
	render := func(micros float64) call { return local(inner("render", micros)) }
	return []page{
		{route("GET", prefix+"/", 300, remote("catalog", s.list), repeated(convert, 2, 5), cart, ads, render(900)), 0.3},
		{route("GET", prefix+"/product/{id}", 250, product, convert, cart, advice, ads, render(700)), 0.4},
		{route("GET", prefix+"/cart", 200, cart, item, remote("shipping", s.quote), render(500)), 0.15},
		{route("POST", prefix+"/cart", 150, product, remote("cart", s.add)), 0.1},
		{route("POST", prefix+"/checkout", 300, remote("checkout", s.order), advice, render(400)), 0.05},
	}
}
