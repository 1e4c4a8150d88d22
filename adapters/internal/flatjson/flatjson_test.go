package flatjson

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/intern"
)

func flatten(text string) []pythia.Attr {
	f := Flattener{Strings: &intern.Table{}}
	return f.Append(nil, []byte(text))
}

func TestAppend(t *testing.T) {
	require.Equal(t, []pythia.Attr{
		pythia.Number("a.b.c", -1.5e3), pythia.Bool("a.t", true), pythia.String("l", `[1, {"x":"]"}]`), pythia.String("s", "é\"\n"),
		pythia.String("huge", "1e999"), pythia.Bool("f", false), pythia.String("e", ""),
	}, flatten(` { "a" : {"b":{"c": -1.5e3 }, "none":{}, "t":true} , "n":null,"l":[1, {"x":"]"}],"s":"\u00e9\"\n","huge":1e999,"f":false,"e":""}`))
}

func TestDeepObjectsStayText(t *testing.T) {
	deep := strings.Repeat(`{"long-name":`, 5000) + "1" + strings.Repeat("}", 5000)
	attrs := flatten(deep)
	require.Len(t, attrs, 1)
	require.Less(t, len(attrs[0].Key), 300)
	require.True(t, json.Valid([]byte(attrs[0].Value.String())))
}

func TestNotAnObject(t *testing.T) {
	for _, text := range []string{"", "null", "7", `"x"`, "[1]"} {
		require.Empty(t, flatten(text))
	}
}

func FuzzAppend(f *testing.F) {
	f.Add(`{"a":{"b":[1,"]"]},"c":"\\"}`)
	f.Fuzz(func(t *testing.T, text string) {
		attrs := flatten(text) // must end without panic, valid or not
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &object) != nil {
			return
		}
		for key, raw := range object {
			if raw[0] != '{' && raw[0] != '[' && raw[0] != 'n' && len(key) < 200 {
				require.Contains(t, keys(attrs), key)
			}
		}
	})
}

func keys(attrs []pythia.Attr) (all []string) {
	for _, a := range attrs {
		all = append(all, a.Key)
	}
	return all
}
