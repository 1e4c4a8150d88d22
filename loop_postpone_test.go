package pythia_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// crowded is a localizer that says of each request type that it has thousands of groups, and counts how often it was asked.
type crowded struct {
	pythia.Localizer
	asked *int
}

func (c crowded) New() pythia.Localizer { return crowded{c.Localizer.New(), c.asked} }

func (c crowded) Merge(o pythia.Localizer) error { return c.Localizer.Merge(o.(crowded).Localizer) }

func (c crowded) Localize(ctx context.Context, before pythia.Localizer) ([]*pythia.Group, []*pythia.Finding, error) {
	*c.asked++
	groups, findings, err := c.Localizer.Localize(ctx, before)
	for range 5000 {
		groups = append(groups, &pythia.Group{})
	}
	return groups, findings, err
}

// TestLoopPostponesWhatIsTooMuch for one step, and forgets nobody: the searches for two request types advance by turns, and both end.
func TestLoopPostponesWhatIsTooMuch(t *testing.T) {
	asked := 0
	a := newLoopApp(t)
	a.perSec["GET /b"] = 10
	r := newLoopRun(t, a, func(c *pythia.Config) { c.Localizer = crowded{c.Localizer, &asked} })
	r.bimodal("a1")
	r.bimodal("b1")
	concluded := make(map[string]pythia.TracePointID)
	r.until(40, func(c *pythia.Cycle) bool {
		require.LessOrEqual(t, asked, 1, "in one step")
		asked = 0
		for _, d := range c.Concluded {
			concluded[d.RequestType] = d.Findings[0].Location.Point
		}
		return len(concluded) == 2
	})
	require.Equal(t, map[string]pythia.TracePointID{loopType("GET /a"): loopPoint("a1"), loopType("GET /b"): loopPoint("b1")}, concluded)
}
