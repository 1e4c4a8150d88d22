package searchspace_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

func TestCallers(t *testing.T) {
	var c searchspace.CCT
	observe(&c, workflow(t, "gateway 0-100\n\ta 0-90\n\t\tb 10-80\n\t\t\tdb 20-30\n\t\tc 80-90\n\t\t\tdb 82-85\n\tdb 91-92"))
	callers := func(points ...string) string {
		var stack []pythia.TracePointID
		for _, p := range points {
			stack = append(stack, point(p))
		}
		return names(c.Callers(stack))
	}
	require.Equal(t, "b a c", callers("gateway", "db"))
	require.Equal(t, "b c", callers("gateway", "a", "db"))
	require.Empty(t, callers("gateway", "a", "c", "db"))
	require.Equal(t, "gateway", callers("a", "c"), "the stack lacks its outer end")
	require.Empty(t, callers("gateway"))
	require.Empty(t, callers("nowhere"))
	require.Nil(t, c.Callers(nil))
	require.Nil(t, new(searchspace.Flat).Callers(nil))
}
