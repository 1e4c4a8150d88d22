package otlp

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// attrField is an attribute as a field of a span: key first, or value first as the Collector writes it.
func attrField(key string, value []byte, keyFirst bool) []byte {
	k := append([]byte{tagKey, byte(len(key))}, key...)
	v := append([]byte{tagValue, byte(len(value))}, value...)
	body := append(append([]byte{}, v...), k...)
	if keyFirst {
		body = append(append([]byte{}, k...), v...)
	}
	return append([]byte{tagAttr, byte(len(body))}, body...)
}

func textValue(text string) []byte { return append([]byte{1<<3 | 2, byte(len(text))}, text...) }

func TestShortAttr(t *testing.T) {
	for _, keyFirst := range []bool{false, true} {
		for name, c := range map[string]struct {
			field []byte
			short bool
		}{
			"a text":               {attrField("key", textValue("value"), keyFirst), true},
			"empty texts":          {attrField("", textValue(""), keyFirst), true},
			"a number":             {attrField("key", []byte{3 << 3, 7}, keyFirst), true},
			"a larger number":      {attrField("key", []byte{3 << 3, 0xc8, 1}, keyFirst), true},
			"a number cut short":   {attrField("key", []byte{3 << 3, 0x80}, keyFirst), false},
			"two numbers":          {attrField("key", []byte{3 << 3, 1, 2}, keyFirst), false},
			"a boolean":            {attrField("key", []byte{2 << 3, 1}, keyFirst), false},
			"no value":             {attrField("key", nil, keyFirst), false},
			"a text with a tail":   {attrField("key", append(textValue("value"), 'x'), keyFirst), false},
			"as long as may be":    {attrField("key", textValue(strings.Repeat("x", 114)), keyFirst), true},
			"too long":             {attrField("key", textValue(strings.Repeat("x", 120)), keyFirst), false},
			"nothing":              {nil, false},
			"the beginning":        {[]byte{tagAttr, 9, tagKey}, false},
			"a key beyond its end": {[]byte{tagAttr, 4, tagKey, 100, 'k', 0}, false},
		} {
			n := shortAttr(c.field)
			require.Equal(t, c.short, n > 0, name)
			if c.short {
				require.Equal(t, len(c.field), n, name)
			}
		}
	}
}

// TestShortAttrIsThatOfAll damages attributes at random: whatever is taken for a short one is read as any other.
func TestShortAttrIsThatOfAll(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 500_000 {
		values := [][]byte{textValue(strings.Repeat("v", r.IntN(20))), {3 << 3, byte(r.IntN(128))}, {3 << 3, 0x80 | byte(r.IntN(128)), byte(r.IntN(128))}}
		field := attrField(strings.Repeat("k", r.IntN(6)), values[r.IntN(len(values))], r.IntN(2) == 0)
		for range r.IntN(4) {
			field[r.IntN(len(field))] = []byte{tagAttr, tagKey, tagValue, 3 << 3, byte(r.IntN(24)), byte(r.Uint32())}[r.IntN(6)]
		}
		field = append(field, "tail"[:r.IntN(4)]...)
		n := shortAttr(field)
		if n == 0 {
			continue
		}
		taken++
		body, rest := block(field)
		require.Equal(t, n, len(field)-len(rest))
		var want, got pythia.Attr
		require.True(t, plain(&want, body), "% x", field)
		key, value := cutShort(field, n)
		got.Key = piece(key)
		require.True(t, plainValue(&got.Value, value))
		require.Equal(t, want, got)
	}
	require.Greater(t, taken, 100_000)
}
