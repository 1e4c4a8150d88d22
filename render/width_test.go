package render_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

var ansi = regexp.MustCompile("\x1b\\[[0-9]*m")

func requireWidth(t *testing.T, out string, width int) {
	t.Helper()
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, utf8.RuneCountInString(ansi.ReplaceAllString(strings.TrimSuffix(line, "\n"), "")), width, line)
	}
}

// longNames makes every name of a report longer than a line.
func longNames(r *pythia.Report) {
	long := func(s string) string { return s + " " + strings.Repeat("com.example.", 15) + s }
	for i, g := range r.Groups {
		g.RequestType = long(g.RequestType)
		g.Key = pythia.NewGroupKey(long(fmt.Sprint("type", i)), "services:7#238b30fc")
	}
	for _, f := range r.Findings {
		l := &f.Location
		for _, p := range []*pythia.TracePointID{&l.Point, &l.From.Point, &l.To.Point} {
			p.Name, p.Scope = long(p.Name), long(p.Scope)
		}
		l.Callee = long(l.Callee)
		for i := range f.Explanations {
			f.Explanations[i].Variable = long(f.Explanations[i].Variable)
			f.Explanations[i].Aliases = []string{long("x: a"), long("x: b"), long("x: c"), long("x: d")}
		}
	}
}

func TestTextFitsItsWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 110} {
		r, s := example()
		requireWidth(t, text(t, r, s, render.Options{Width: width}), width)
		longNames(r)
		s.Input.Names = []string{strings.Repeat("directory/", 20)}
		requireWidth(t, text(t, r, s, render.Options{Width: width}), width)
		requireWidth(t, text(t, r, s, render.Options{Width: width, Color: true}), width)
	}
	r, s := example()
	require.Equal(t, text(t, r, s, render.Options{}), text(t, r, s, render.Options{Width: 80}), "80 columns are the default")
	require.Equal(t, text(t, r, s, render.Options{Width: 1}), text(t, r, s, render.Options{Width: 40}), "40 are the least")
}

func TestColorOnlyWhereAskedFor(t *testing.T) {
	r, s := example()
	without, with := text(t, r, s, render.Options{}), text(t, r, s, render.Options{Color: true})
	require.NotContains(t, without, "\x1b")
	require.Contains(t, with, "\x1b[1m")
	require.Equal(t, without, ansi.ReplaceAllString(with, ""))
}

func TestHostileNamesAreHarmless(t *testing.T) {
	r, s := example()
	evil := "\x1b[2Jx\r\n\u202e|`<img src=x>@all"
	r.Groups[0].RequestType, r.Groups[0].Key = evil, pythia.NewGroupKey(evil)
	f := r.Findings[0]
	f.Reason, f.Location.Point.Name, f.Location.Point.Scope = pythia.Reason(evil), evil, evil
	f.Explanations[0].Variable, f.Explanations[0].Ranges[0].Category = evil, evil
	s.Input.Names[0] = evil
	require.NotRegexp(t, "[\x1b\r\u202e]", text(t, r, s, render.Options{}))
	out := markdown(t, r, s)
	require.NotRegexp(t, "[\x1b\r\u202e]|<img|[^`\\\\]`[^`]", out)
	require.NotContains(t, out, "@all")
}
