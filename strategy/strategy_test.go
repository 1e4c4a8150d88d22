package strategy_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
)

// all are the strategies of this package with the default numbers.
func all() []pythia.SearchStrategy {
	return []pythia.SearchStrategy{
		strategy.TopDown{}, strategy.Flat{}, strategy.Hybrid{}, strategy.Historic{}, strategy.Exhaustive{}, strategy.Random{},
		strategy.Evidence{}, strategy.Bandit{},
	}
}

const shop = `
	api 10 100 9
		auth 10 5 1
		cart 10 40 6
			read 10 10 1
			lock 10 30 5
				wait 10 29 5
		stock 5 20 8
			query 5 19 8
		mail 10 3 1`

const shopPoints = "api auth cart read lock wait stock query mail"

func TestWhatEachProposes(t *testing.T) {
	for _, c := range []struct {
		strategy pythia.SearchStrategy
		want     string
	}{
		{strategy.TopDown{}, "cart stock auth mail"},                               // 60, 40, 10, 10 ms over all workflows
		{strategy.Flat{}, "wait read query"},                                       // of auth, cart, read, lock, wait, stock, query, mail: the 3rd, 5th and 7th
		{strategy.Flat{Split: 1}, "wait"},                                          // the 5th
		{strategy.Flat{Split: 99}, "lock cart stock auth read wait query mail"},    // all
		{strategy.Hybrid{}, "stock cart mail"},                                     // of auth, cart, stock, mail: 2nd, 3rd and 4th
		{strategy.Hybrid{Split: 1}, "stock"},                                       // the 3rd
		{strategy.Historic{}, "cart stock query"},                                  // 360, 320, 320, 250, 250, 10, 10, 10
		{strategy.Historic{Most: 99}, "cart stock query lock wait auth read mail"}, // ties in observed order
		{strategy.Exhaustive{}, "auth cart read lock wait stock query mail"},       // what calls before what is called
		{strategy.Random{Most: 99}, "lock cart query auth wait read stock mail"},   // for this seed, in all Go versions
		{strategy.Random{Most: math.MaxInt}, "lock cart query auth wait read stock mail"},
		{strategy.Evidence{}, "cart"},           // at fault are cart itself by 6 % and what it calls by 47 %, if nothing but times is known
		{strategy.Bandit{}, "lock query stock"}, // for this seed
		{strategy.Flat{Split: math.MaxInt}, "lock cart stock auth read wait query mail"},
	} {
		require.Equal(t, c.want, names(t, c.strategy, state(space(t, shop), shopPoints)), "%T%+v", c.strategy, c.strategy)
	}
}

// TestWhatIsPassedBy: a point whose span is seen, or was seen in vain, hides what is below it; one that no controller has does not.
func TestWhatIsPassedBy(t *testing.T) {
	for name, c := range map[string]struct {
		points         string
		change         func(*pythia.State)
		topDown, whole string
	}{
		"always on": {
			shopPoints, func(s *pythia.State) { mark(s, "cart", func(p *pythia.PointState) { p.AlwaysOn = true }) },
			"stock auth mail", "auth stock query mail",
		},
		"on": {
			shopPoints, func(s *pythia.State) { mark(s, "cart", func(p *pythia.PointState) { p.On = []string{"A", "GET"} }) },
			"stock auth mail", "auth stock query mail",
		},
		"on for others": {
			shopPoints, func(s *pythia.State) { mark(s, "cart", func(p *pythia.PointState) { p.On = []string{"A", "POST"} }) },
			"cart stock auth mail", "auth cart read lock wait stock query mail",
		},
		"tried": {
			shopPoints, func(s *pythia.State) { tried(s, "stock", "cart") },
			"auth mail", "auth mail",
		},
		"tried below": {
			shopPoints, func(s *pythia.State) { tried(s, "lock") },
			"cart stock auth mail", "auth cart read stock query mail",
		},
		"unknown": {
			"api auth (cart) read lock wait stock query mail", func(*pythia.State) {},
			"lock stock auth read mail", "auth read lock wait stock query mail",
		},
		"unknown, and what it calls, too": {
			"api auth (cart) read (lock) wait (stock) (query) mail", func(*pythia.State) {},
			"wait auth read mail", "auth read wait mail",
		},
		"unknown leaf": {
			"api auth cart read lock wait stock query (mail)", func(*pythia.State) {},
			"cart stock auth", "auth cart read lock wait stock query",
		},
		"on below unknown": {
			"api auth (cart) read lock wait stock query mail",
			func(s *pythia.State) { mark(s, "lock", func(p *pythia.PointState) { p.On = []string{"GET"} }) },
			"stock auth read mail", "auth read stock query mail",
		},
		"all tried": {
			shopPoints, func(s *pythia.State) { tried(s, "stock", "cart", "mail", "auth") },
			"", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := state(space(t, shop), c.points)
			c.change(s)
			require.Equal(t, c.topDown, names(t, strategy.TopDown{}, s))
			require.Equal(t, c.whole, names(t, strategy.Exhaustive{}, s))
			if c.whole == "" {
				for _, one := range all() {
					require.Equal(t, pythia.Decision{}, next(t, one, s), "%T", one)
				}
			}
		})
	}
}

func TestOnlyInsideTheEdge(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	l := &s.Targets[0].Finding.Location
	l.From, l.To = end("auth"), start("stock")
	require.Equal(t, "cart", names(t, strategy.TopDown{}, s))
	require.Equal(t, "cart", names(t, strategy.Hybrid{}, s))
	require.Equal(t, "cart read lock wait", names(t, strategy.Exhaustive{}, s))
	require.Equal(t, "cart lock wait", names(t, strategy.Historic{}, s))
	l.From, l.To = end("stock"), start("mail")
	require.Equal(t, "cart stock auth mail", names(t, strategy.TopDown{}, s), "nothing is inside: all that the span calls")
	tried(s, "stock", "cart", "mail", "auth")
	for _, one := range all() {
		require.Empty(t, names(t, one, s), "%T", one)
	}
	s.Targets[0].Tried = nil
	l.Stack = append(l.Stack, point("cart"), point("lock"))
	l.From, l.To = start("lock"), end("lock")
	for _, one := range all() {
		require.Equal(t, "wait", names(t, one, s), "%T", one)
	}
	l.Stack = nil
	for _, one := range []pythia.SearchStrategy{strategy.TopDown{}, strategy.Hybrid{}} {
		require.Equal(t, "api", names(t, one, s), "%T", one)
	}
}

func TestTopDownRanking(t *testing.T) {
	const calls = `
		api 10 100 9
			often 10 1 2
			seldom 1 80 10
			steady 10 9 0
			same 5 2 4`
	s := state(space(t, calls), "often seldom steady same")
	require.Equal(t, "often same seldom steady", names(t, strategy.TopDown{}, s), "20, 20, 10, 0 ms")
	s.Targets[0].Finding.Reason = pythia.ReasonConsistentlySlow
	require.Equal(t, "steady seldom often same", names(t, strategy.TopDown{}, s), "90, 80, 10, 10 ms")

	s = state(space(t, `
		api 10 100 9
			short 10 1 0
			long 10 9 0
			never 0 0 0`), "short long never")
	require.Equal(t, "long short never", names(t, strategy.TopDown{}, s), "nothing was seen to vary")

	odd := space(t, calls)
	nodes := odd.children[pythia.RootContext.Child(point("api"))]
	nodes[0].StdDevSeconds, nodes[2].StdDevSeconds = math.NaN(), math.Inf(1)
	require.Equal(t, "steady same seldom often", names(t, strategy.TopDown{}, state(odd, "often seldom steady same")))
}

// TestTopDownGoesDown follows a wait for a lock: what contains it helps, the rest does not.
func TestTopDownGoesDown(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	stack := []string{"api"}
	for _, c := range []struct{ proposed, guilty string }{{"cart stock auth mail", "cart"}, {"lock read", "lock"}, {"wait", "wait"}} {
		d := next(t, strategy.TopDown{}, s)
		require.Equal(t, c.proposed, names(t, strategy.TopDown{}, s))
		stack = append(stack, c.guilty)
		was := s.Targets[0].Tried
		s.Targets = []pythia.Target{target("GET", stack...)}
		s.Targets[0].Tried = was
		for _, p := range d.Enable {
			if p.Node.Point.Name != c.guilty {
				tried(s, p.Node.Point.Name)
			}
		}
	}
	require.Equal(t, pythia.Decision{}, next(t, strategy.TopDown{}, s))
}

func TestHybridLevels(t *testing.T) {
	s := state(space(t, shop), "api auth (cart) read lock wait (stock) query mail")
	require.Equal(t, "auth mail", names(t, strategy.Hybrid{}, s))
	tried(s, "auth")
	require.Equal(t, "mail", names(t, strategy.Hybrid{}, s))
	tried(s, "mail")
	require.Equal(t, "lock read query", names(t, strategy.Hybrid{}, s))
	require.Equal(t, "lock read query", names(t, strategy.Hybrid{}, s))
	tried(s, "query", "lock", "read")
	require.Empty(t, names(t, strategy.Hybrid{}, s), "lock was tried, so wait is not worth it")
}

func TestFlatSplitsEvenly(t *testing.T) {
	for points := 1; points <= 40; points++ {
		text, known := "api 1 1 1\n", "api"
		for i := range points {
			text += fmt.Sprintf("\tc%02d 1 1 1\n", i)
			known += fmt.Sprintf(" c%02d", i)
		}
		s := state(space(t, text), known)
		for split := 1; split <= 10; split++ {
			chosen := strings.Fields(names(t, strategy.Flat{Split: split}, s))
			slices.Sort(chosen)
			require.Len(t, chosen, min(split, points))
			at, smallest, largest := -1, points, 0
			for _, name := range append(chosen, fmt.Sprintf("c%02d", points)) {
				var i int
				_, err := fmt.Sscanf(name, "c%d", &i)
				require.NoError(t, err)
				smallest, largest = min(smallest, i-at-1), max(largest, i-at-1)
				at = i
			}
			require.LessOrEqual(t, largest-smallest, 1, "%d of %d: %v", split, points, chosen)
		}
	}
}

func TestBudget(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	s.Room.Points = 2
	for _, c := range []struct {
		strategy pythia.SearchStrategy
		want     string
		leftOut  int
	}{
		{strategy.TopDown{}, "cart stock", 2},
		{strategy.Flat{}, "wait read", 1}, // what is left is spread out, too
		{strategy.Hybrid{}, "stock cart", 1},
		{strategy.Historic{}, "cart stock", 1},
		{strategy.Exhaustive{}, "auth cart", 6},
		{strategy.Random{}, "lock cart", 1},
	} {
		d := next(t, c.strategy, s)
		require.Equal(t, c.want, names(t, c.strategy, s), "%T", c.strategy)
		require.Equal(t, c.leftOut, d.LeftOut, "%T", c.strategy)
	}
	s.Room = pythia.Cost{}
	for _, one := range all() {
		d := next(t, one, s)
		require.Empty(t, d.Enable, "%T", one)
		require.Positive(t, d.LeftOut, "%T", one)
	}
}

// TestWhatIsTooExpensive: points that are passed too often stand in nobody's way.
func TestWhatIsTooExpensive(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	s.Room.SpansPerSecond = 50
	s.Targets[0].SpansPerRequest = map[pythia.TracePointID]float64{point("cart"): 51, point("stock"): 1000}
	for _, c := range []struct {
		strategy pythia.SearchStrategy
		want     string
	}{
		{strategy.TopDown{}, "auth mail"},
		{strategy.Flat{}, "wait read query"},
		{strategy.Hybrid{}, "auth mail"},
		{strategy.Historic{}, "query lock wait"},
		{strategy.Exhaustive{}, "auth read lock wait query mail"},
		{strategy.Random{Most: 99}, "wait read query auth lock mail"},
	} {
		require.Equal(t, c.want, names(t, c.strategy, s), "%T", c.strategy)
		require.Equal(t, 2, next(t, c.strategy, s).LeftOut, "%T", c.strategy)
	}
}

func TestTargetsInOrder(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	s.Targets = []pythia.Target{target("GET", "api", "stock"), target("POST", "api"), target("GET", "api"), target("GET", "nowhere")}
	type proposal struct {
		target int
		name   string
	}
	var got []proposal
	for _, p := range next(t, strategy.TopDown{}, s).Enable {
		got = append(got, proposal{p.Target, p.Node.Point.Name})
	}
	require.Equal(t, []proposal{
		{0, "query"},
		{1, "cart"}, {1, "stock"}, {1, "auth"}, {1, "mail"},
		{2, "cart"}, {2, "stock"}, {2, "auth"}, {2, "mail"},
	}, got)
	s.Room.Points = 2
	got = nil
	for _, p := range next(t, strategy.TopDown{}, s).Enable {
		got = append(got, proposal{p.Target, p.Node.Point.Name})
	}
	require.Equal(t, []proposal{{0, "query"}, {1, "cart"}, {2, "cart"}}, got, "a point that is on for two types is one point")
}

// TestSamePointInSeveralContexts: it is one thing to switch, worth as much as its best context.
func TestSamePointInSeveralContexts(t *testing.T) {
	s := state(space(t, `
		api 10 100 9
			a 10 1 0
				log 10 1 1
			b 10 1 2
				log 10 1 3`), "(a) (b) log")
	d := next(t, strategy.TopDown{}, s)
	require.Len(t, d.Enable, 1)
	require.Equal(t, 3e-3, d.Enable[0].Node.StdDevSeconds)
	require.Equal(t, "log", names(t, strategy.Flat{}, s))
	require.Equal(t, "log", names(t, strategy.Random{}, s))
}

func TestWhys(t *testing.T) {
	s := state(space(t, `
		api 10 100 9
			a 10 40.26 12.3
			b 1000 0.5 0.05
			c 3 2000000 0`), "a b c")
	require.Equal(t, []string{
		`inside "api", varied most when profiled (sd 12.3 ms in 10 workflows)`,
		`inside "api", varied when profiled (sd 50 µs in 1000 workflows)`,
		`inside "api", did not vary when profiled (sd 0 s in 3 workflows)`,
	}, whys(next(t, strategy.TopDown{}, s)))
	require.Equal(t, `inside "api", varied most when profiled (sd 12.3 ms in 10 workflows)`, whys(next(t, strategy.Historic{}, s))[0])
	s.Targets[0].Finding.Reason = pythia.ReasonConsistentlySlow
	require.Equal(t, []string{
		`inside "api", took most time when profiled (mean 2000 s in 3 workflows)`,
		`inside "api", took time when profiled (mean 500 µs in 1000 workflows)`,
		`inside "api", took time when profiled (mean 40.3 ms in 10 workflows)`,
	}, whys(next(t, strategy.TopDown{}, s)))
	require.Equal(t, []string{`splits "api" evenly: number 2 of 3 inside`}, whys(next(t, strategy.Flat{Split: 1}, s)))
	require.Equal(t, []string{`splits "api" evenly: number 2 of 3 inside`}, whys(next(t, strategy.Hybrid{Split: 1}, s)))
	require.Equal(t, []string{`drawn among 3 inside "api"`}, whys(next(t, strategy.Random{Most: 1}, s)))
	require.Equal(t, `everything inside "api"`, whys(next(t, strategy.Exhaustive{}, s))[0])
	s.Targets[0].Finding.Location = pythia.Location{To: pythia.Event{End: true}}
	s.Points = []pythia.PointState{{TracePoint: pythia.TracePoint{ID: point("api")}}}
	require.Equal(t, []string{"everything inside the workflow"}, whys(next(t, strategy.Exhaustive{}, s)))
}

func TestRandomIsFair(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	s.Targets = []pythia.Target{target("GET", "api"), target("POST", "api")}
	const runs = 8000
	drawn := make(map[string]int)
	apart := 0
	for seed := range uint64(runs) {
		s.Seed = seed
		d := next(t, strategy.Random{Most: 1}, s)
		require.Len(t, d.Enable, 2)
		drawn[d.Enable[0].Node.Point.Name]++
		if d.Enable[0].Node.Point != d.Enable[1].Node.Point {
			apart++
		}
	}
	require.Len(t, drawn, 8)
	for name, n := range drawn {
		require.InDelta(t, runs/8, n, 150, name) // five standard deviations
	}
	require.InDelta(t, runs*7/8, apart, 150, "targets draw independently")
}

func TestFieldsThatMakeNoSense(t *testing.T) {
	for field, one := range map[string]pythia.SearchStrategy{
		"Flat.Split": strategy.Flat{Split: -1}, "Hybrid.Split": strategy.Hybrid{Split: -1},
		"Historic.Most": strategy.Historic{Most: -1}, "Random.Most": strategy.Random{Most: -1}, "Bandit.Most": strategy.Bandit{Most: -1},
	} {
		_, err := one.Next(&pythia.State{})
		require.EqualError(t, err, "strategy: "+field+" is -1: give the most points to switch on per target, or 0 for 3")
	}
}
