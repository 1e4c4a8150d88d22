package strategy_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
)

// known is a shop whose variation comes from a wait: of the 100 ms² of api, auth has 1 %, cart 80 %, read 0.8 · 0.05 = 4 %, lock 0.8 · 0.9 = 72 %, wait
// all of lock's, mail 1 %, and api itself the other 18 %.
const known = `
	api 10000 100 10
		auth 10000 10 1 0.01
		cart 10000 40 9 0.8
			read 10000 10 2 0.05
			lock 10000 30 8.5 0.9
				wait 10000 29 8 1
		mail 10000 3 1 0.01`

const knownPoints = "api auth cart read lock wait mail"

// found makes the first target's place carry a part of its requests' variance, the square of a standard deviation.
func found(s *pythia.State, share, stdDevMillis float64) {
	f := s.Targets[0].Finding
	f.VarianceShare, f.Group = share, &pythia.Group{StdDevSeconds: stdDevMillis / 1e3}
}

// slow makes the first target's place always slow: it takes a part of its requests' mean.
func slow(s *pythia.State, share, meanMillis float64) {
	f := s.Targets[0].Finding
	f.Reason, f.TimeShare, f.Group = pythia.ReasonConsistentlySlow, share, &pythia.Group{MeanSeconds: meanMillis / 1e3}
}

// why is the reason for the one point that is proposed.
func why(t *testing.T, s *pythia.State) string {
	t.Helper()
	d := next(t, strategy.Evidence{}, s)
	require.Len(t, d.Enable, 1)
	return d.Enable[0].Node.Point.Name + ": " + d.Enable[0].Why
}

func TestEvidenceGoesStraightToTheLeaf(t *testing.T) {
	s := state(space(t, known), knownPoints)
	for _, c := range []struct {
		share, stdDevMillis float64
		percent             int
	}{
		{1, 10, 72},
		{0.5, 20, 36},   // 100 ms² when profiled of 200 now
		{0.25, 40, 18},  // of 400: the least that is trusted
		{0.25, 20, 72},  // of 100
		{0.01, 20, 100}, // of 4: more than all
		{1.2, 10, 60},   // a share can exceed 1
	} {
		found(s, c.share, c.stdDevMillis)
		require.Equal(t, fmt.Sprintf(`wait: inside "api", expected to carry %d %% of it (sd 8 ms in 10000 workflows when profiled)`, c.percent), why(t, s))
	}
}

// TestEvidenceTakesAwayWhatIsShown: what is known of a call is no reason to look inside its caller.
func TestEvidenceTakesAwayWhatIsShown(t *testing.T) {
	const two = `
		api 10000 100 10
			auth 10000 10 1 0.01
			cart 10000 40 9 0.8
				read 10000 10 2 0.05
				lock 10000 30 8.5 0.9
					wait 10000 15 5 0.5
					spin 10000 14 4 0.4
			mail 10000 3 1 0.01`
	for name, hide := range map[string]func(*pythia.State){
		"tried":     func(s *pythia.State) { tried(s, "wait") },
		"on":        func(s *pythia.State) { mark(s, "wait", func(p *pythia.PointState) { p.On = []string{"GET"} }) },
		"always on": func(s *pythia.State) { mark(s, "wait", func(p *pythia.PointState) { p.AlwaysOn = true }) },
	} {
		s := state(space(t, two), knownPoints+" spin")
		found(s, 1, 10)
		hide(s)
		// 0.72 · (1 − 0.5): 0.288 for spin and 0.072 for lock itself, so that lock halves best
		require.Equal(t, `lock: inside "api", expected to carry 36 % of it (sd 8.5 ms in 10000 workflows when profiled)`, why(t, s), name)

		s = state(space(t, known), knownPoints)
		found(s, 1, 10)
		hide(s)
		require.Equal(t, pythia.Decision{}, next(t, strategy.Evidence{}, s), "%s: 0.8 − 0.72 are left for cart, and 0.04 of it is read", name)
	}
}

func TestEvidenceLeavesAloneWhatCannotCarryIt(t *testing.T) {
	const own = `
		api %[1]d 100 10
			auth %[1]d 10 1 0.02
			cart %[1]d 40 2 0.03
				read %[1]d 10 1 0.5`
	profile := func(workflows int) *pythia.State {
		s := state(space(t, fmt.Sprintf(own, workflows)), "api auth cart read")
		found(s, 1, 10)
		return s
	}
	require.Equal(t, pythia.Decision{}, next(t, strategy.Evidence{}, profile(10_000)), "95 % are api's own")
	require.NotEmpty(t, names(t, strategy.Evidence{}, profile(10)), "0.03 ± 2 · 0.2/√10 can be a tenth: the profile is too small to say")
	require.Contains(t, why(t, profile(9)), "which the profile does not explain")

	s := profile(10_000)
	found(s, 0.5, 10*math.Sqrt2*2) // 100 ms² of 400: just trusted
	require.Empty(t, names(t, strategy.Evidence{}, s))
	found(s, 0.51, 10*math.Sqrt2*2)
	require.Contains(t, why(t, s), "which the profile does not explain")
	found(s, 1, 10)
	s.Targets[0].Finding.Group = nil
	require.Contains(t, why(t, s), "which the profile does not explain", "nobody says what is to be explained")
}

func TestEvidenceOfWhatIsAlwaysSlow(t *testing.T) {
	const times = `
		api 100 100 10
			varies 100 10 10 0.9
			takes 50 160 0 0
				inner 25 300 0 0
			rest 100 5 0 0`
	s := state(space(t, times), "varies takes inner rest")
	slow(s, 1, 100)
	// 50 · 160 / 100 = 80 of api's 100 ms, and inner 75 of them
	require.Equal(t, `inner: inside "api", expected to carry 75 % of it (mean 300 ms in 25 workflows when profiled)`, why(t, s))
	slow(s, 0.5, 300) // 100 ms when profiled of 150 now
	require.Equal(t, `inner: inside "api", expected to carry 50 % of it (mean 300 ms in 25 workflows when profiled)`, why(t, s))
	tried(s, "inner")
	slow(s, 1, 100)
	require.Equal(t, `varies: inside "api", expected to carry 10 % of it (mean 10 ms in 100 workflows when profiled)`, why(t, s), "5 ms are left of takes")

	s = state(space(t, times), "varies takes inner rest")
	found(s, 1, 10)
	require.Equal(t, `varies: inside "api", expected to carry 90 % of it (sd 10 ms in 100 workflows when profiled)`, why(t, s))
}

func TestEvidencePrefersWhatCostsLess(t *testing.T) {
	const alike = `
		api 1000 100 10
			a 1000 10 7 0.4
			b 1000 10 7 0.4`
	for _, c := range []struct {
		a, b float64
		want string
	}{{1, 1, "a"}, {100, 1, "b"}, {1, 100, "a"}, {3, 2, "b"}} {
		s := state(space(t, alike), "a b")
		s.Targets[0].SpansPerRequest = map[pythia.TracePointID]float64{point("a"): c.a, point("b"): c.b}
		require.Equal(t, c.want, names(t, strategy.Evidence{}, s), "not seen")
		found(s, 1, 10)
		require.Equal(t, c.want, names(t, strategy.Evidence{}, s), "seen")
	}
}

// leaves are places inside which nothing is.
func leaves() (a, b pythia.Target) { return target("GET", "api", "auth"), target("GET", "api", "mail") }

func TestEvidenceArrives(t *testing.T) {
	for name, c := range map[string]struct {
		change func(a, b *pythia.Target)
		want   []int // the targets that are served
	}{
		"arrived":         {func(a, b *pythia.Target) {}, []int{3}},
		"not quite":       {func(a, b *pythia.Target) { a.Finding.VarianceShare = 0.39 }, []int{2, 3}},
		"a call":          {func(a, b *pythia.Target) { a.Finding.Location.Kind = pythia.LocationCall }, []int{2, 3}},
		"another type's":  {func(a, b *pythia.Target) { a.RequestType = "PUT" }, []int{2, 3}},
		"slow":            {func(a, b *pythia.Target) { a.Finding.Reason = pythia.ReasonConsistentlySlow }, []int{2, 3}},
		"slow, and shown": {func(a, b *pythia.Target) { a.Finding.Reason, a.Finding.TimeShare = pythia.ReasonConsistentlySlow, 0.4 }, []int{3}},
		"no number":       {func(a, b *pythia.Target) { a.Finding.VarianceShare = math.Inf(1) }, []int{2, 3}},
		"no number, but b alone": {func(a, b *pythia.Target) {
			a.Finding.VarianceShare, b.Finding.VarianceShare = math.NaN(), 0.8
		}, []int{3}},
	} {
		s := state(space(t, shop), shopPoints)
		a, b := leaves()
		a.Finding.VarianceShare, b.Finding.VarianceShare = 0.4, 0.4
		c.change(&a, &b)
		s.Targets = []pythia.Target{a, b, target("GET", "api"), target("POST", "api")}
		var served []int
		for _, p := range next(t, strategy.Evidence{}, s).Enable {
			served = append(served, p.Target)
		}
		require.Equal(t, c.want, served, name)
	}

	s := state(space(t, shop), shopPoints)
	a, _ := leaves()
	a.Finding.VarianceShare = 0.9
	s.Targets = []pythia.Target{target("GET", "api"), a}
	require.Len(t, next(t, strategy.Evidence{}, s).Enable, 1, "there is more at stake at what comes first")

	s.Targets = []pythia.Target{target("GET", "api", "cart"), target("GET", "api")}
	s.Targets[0].Finding.VarianceShare = 0.9
	s.Room.SpansPerSecond = 1
	require.Equal(t, 3+8, next(t, strategy.Evidence{}, s).LeftOut, "what the budget has no room for is not nothing")
}

func TestEvidenceWithoutCaller(t *testing.T) {
	s := state(space(t, known), knownPoints)
	found(s, 1, 10)
	l := &s.Targets[0].Finding.Location
	*l = pythia.Location{Kind: pythia.LocationGap, To: pythia.Event{End: true}}
	require.Contains(t, why(t, s), "inside the workflow, which the profile does not explain: at fault by", "between roots")
	l.Stack = []pythia.TracePointID{point("nowhere")}
	require.Empty(t, names(t, strategy.Evidence{}, s))

	_, s = wide(10) // whose api is no node
	found(s, 1, 10)
	require.Contains(t, why(t, s), "which the profile does not explain")
	s.Targets[0].Finding = nil
	require.Equal(t, pythia.Decision{}, next(t, strategy.Evidence{}, s))
}

// TestEvidenceComesToAnEnd: where the profile is not trusted, all has its turn but what is below something that was tried.
func TestEvidenceComesToAnEnd(t *testing.T) {
	flat := "api 100 100 9\n"
	points := "api"
	for i := range 20 {
		flat += fmt.Sprintf("\tc%02d %d %d %d 0\n", i, i%3*50, i, i%5)
		points += fmt.Sprintf(" c%02d", i)
	}
	for _, c := range []struct {
		text, points string
		below        map[string]string
	}{
		{flat, points, nil},
		{shop, shopPoints, map[string]string{"read": "cart", "lock": "cart", "wait": "lock", "query": "stock"}},
	} {
		s := state(space(t, c.text), c.points)
		turn := make(map[string]bool)
		for {
			got := names(t, strategy.Evidence{}, s)
			if got == "" {
				break
			}
			require.False(t, turn[got], "%s again", got)
			turn[got] = true
			tried(s, got)
		}
		for _, name := range strings.Fields(c.points)[1:] {
			above := name
			for above != "" && !turn[above] {
				above = c.below[above]
			}
			require.NotEmpty(t, above, "%s never had its turn", name)
		}
	}
}
