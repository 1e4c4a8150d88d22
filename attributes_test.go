package pythia_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// logLine has the attributes of a span as a line of a log tells them, "key=value key=value".
type logLine string

// AttrAt finds the attribute that begins at a byte of the line.
func (l logLine) AttrAt(place int) (a pythia.Attr, next int, ok bool) {
	if place >= len(l) {
		return pythia.Attr{}, 0, false
	}
	pair, _, _ := strings.Cut(string(l[place:]), " ")
	key, value, _ := strings.Cut(pair, "=")
	return pythia.String(key, value), place + len(pair) + 1, true
}

// Attributes can stay as they came: they are read when somebody asks for them.
func ExampleAttrsFrom() {
	attrs := pythia.AttrsFrom(logLine("tenant=acme cart=full"))
	cart, ok := attrs.Lookup("cart")
	fmt.Println(attrs, cart, ok)
	// Output: [tenant=acme cart=full] full true
}

func TestAttrs(t *testing.T) {
	list := []pythia.Attr{pythia.String("a", "1"), pythia.Number("b", 2), pythia.String("a", "3")}
	for _, attrs := range []pythia.Attrs{pythia.AttrsOf(list...), pythia.AttrsFrom(logLine("a=1 b=2 a=3"))} {
		require.Equal(t, 3, attrs.Len())
		require.Equal(t, "[a=1 b=2 a=3]", attrs.String())
		first, ok := attrs.Lookup("a")
		require.True(t, ok)
		require.Equal(t, "1", first.String())
		_, ok = attrs.Lookup("c")
		require.False(t, ok)
		for a := range attrs.All() {
			require.Equal(t, "a", a.Key)
			break
		}
	}
	require.Equal(t, list, slices.Collect(pythia.AttrsOf(list...).All()))
}

func TestNoAttrs(t *testing.T) {
	for _, none := range []pythia.Attrs{{}, pythia.AttrsOf(), pythia.AttrsFrom(nil), pythia.AttrsFrom(logLine(""))} {
		require.Zero(t, none.Len())
		require.Equal(t, "[]", none.String())
		_, ok := none.Lookup("")
		require.False(t, ok)
	}
}
