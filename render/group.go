package render

import (
	"fmt"
	"strings"

	"github.com/pythia-trace/pythia"
)

const (
	shownGroups = 8
	shownModes  = 4
)

// groupWords is a group as a row of a table.
type groupWords struct {
	requestType string
	alike       string // what its requests have in common
	requests    string
	before      string // mean ± standard deviation and number of requests in the baseline
	duration    string // mean ± standard deviation
	modes       string // their centres
}

// names says for every group what it is called, by its key.
type names map[pythia.GroupKey]groupName

type groupName struct{ requestType, alike string }

// String returns the type and, in parentheses, what the requests have in common where there are several groups of the type.
func (n groupName) String() string {
	switch n.alike {
	case "":
		return n.requestType
	case theRest:
		return n.requestType + " (" + n.alike + ")"
	}
	return n.requestType + " (same " + n.alike + ")"
}

// theRest are the requests of a type that are too unlike the others, and too few, for groups of their own.
const theRest = "the rest"

// namesOf names the groups of a report apart. Types that form a single group need no more than their name.
func namesOf(groups []*pythia.Group) names {
	type alike struct{ family, level string }
	families, levels := map[string]int{}, map[alike]int{}
	for _, g := range groups {
		families[family(g)]++
		levels[alike{family(g), level(g)}]++
	}
	out, seen := names{}, map[alike]int{}
	for _, g := range groups {
		at := alike{family(g), level(g)}
		n := groupName{requestType: clean(family(g))}
		if families[at.family] > 1 {
			n.alike = at.level
			if levels[at] > 1 {
				n.alike += ", set " + variant(seen[at])
			}
		}
		seen[at]++
		out[g.Key] = n
	}
	return out
}

// family is what a group shares with the groups of its type: the coarsest level of its key.
func family(g *pythia.Group) string {
	if first := g.Key.Levels()[0]; first != "" {
		return first
	}
	return g.RequestType
}

// level says what the requests of a group have in common besides their type.
func level(g *pythia.Group) string {
	levels := g.Key.Levels()
	if len(levels) == 1 {
		return theRest
	}
	kind, size, _ := strings.Cut(levels[len(levels)-1], ":")
	size, _, _ = strings.Cut(size, "#")
	what := map[string]string{"services": "service", "points": "trace point", "path": "trace point on the path"}[kind]
	if what == "" {
		return clean(levels[len(levels)-1])
	}
	if size == "1" {
		return "1 " + what
	}
	return size + " " + what + "s"
}

// variant returns A, B, ... Z, AA, ...
func variant(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return variant(i/26-1) + variant(i%26)
}

// rowsOf describes the groups with most time at stake that there is something to say about.
func rowsOf(groups []*pythia.Group, n names) []groupWords {
	var rows []groupWords
	for _, g := range groups {
		if g.TooFew {
			continue
		}
		if len(rows) == shownGroups {
			break
		}
		name := n[g.Key]
		before := ""
		if b := g.Before; b.Traces > 0 {
			before = together(" ± ", b.MeanSeconds, b.StdDevSeconds) + " of " + count(b.Traces)
		}
		rows = append(rows, groupWords{
			before:      before,
			requestType: name.requestType, alike: name.alike, requests: count(g.Traces),
			duration: together(" ± ", g.MeanSeconds, g.StdDevSeconds), modes: modeCenters(g),
		})
	}
	return rows
}

// modeCenters lists the centres of a group's modes where there are several; where there are many it counts them, which leaves the table room.
func modeCenters(g *pythia.Group) string {
	switch n := len(g.Modes); {
	case n < 2:
		return ""
	case n > shownModes:
		return counted(n, "mode")
	}
	return together(", ", each(g.Modes, func(m pythia.Mode) float64 { return m.CenterSeconds })...)
}

// modesOf lists a group's modes with their shares where there are several.
func modesOf(g *pythia.Group) string {
	if len(g.Modes) < 2 {
		return ""
	}
	shown := g.Modes[:min(len(g.Modes), shownModes)]
	list := each(shown, func(m pythia.Mode) string { return unbroken(seconds(m.CenterSeconds) + " (" + percent(m.Share) + ")") })
	return strings.Join(list, ", ") + andMore(len(g.Modes)-len(shown))
}

func andMore(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// restOf says which groups the table leaves out.
func restOf(groups []*pythia.Group) []string {
	small, judged := 0, 0
	for _, g := range groups {
		if g.TooFew {
			small++
		} else {
			judged++
		}
	}
	var out []string
	if more := judged - shownGroups; more > 0 {
		out = append(out, counted(more, "group")+" with less time at stake")
	}
	if small > 0 {
		out = append(out, fmt.Sprintf("%s of fewer than %d requests, too few to judge", counted(small, "group"), fewestRequests))
	}
	return out
}
