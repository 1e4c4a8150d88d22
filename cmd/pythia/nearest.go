package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia/render"
)

// mostNear bounds how many names are offered in place of one that is unknown.
const mostNear = 8

// nearest lists the known names, those first that a mistyped name is nearest to.
func nearest[V any](name string, known map[string]V) string {
	names := slices.Sorted(maps.Keys(known))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(distance(name, a), distance(name, b)) })
	for i := range names {
		names[i] = render.Printable(names[i])
	}
	switch {
	case len(names) == 1:
		return names[0]
	case len(names) > mostNear:
		return fmt.Sprintf("one of %s and %d more", strings.Join(names[:mostNear], ", "), len(names)-mostNear)
	}
	return "one of " + strings.Join(names, ", ")
}

// distance is how many characters must be inserted, deleted or replaced to make one name of another (Levenshtein), whatever their case.
func distance(from, to string) int {
	a, b := []rune(strings.ToLower(from)), []rune(strings.ToLower(to))
	row := make([]int, len(b)+1) // from the first i characters of a to the first k of b
	for k := range row {
		row[k] = k
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for k := range b {
			replaced := diagonal
			if a[i] != b[k] {
				replaced++
			}
			diagonal = row[k+1]
			row[k+1] = min(replaced, row[k]+1, row[k+1]+1)
		}
	}
	return row[len(b)]
}
