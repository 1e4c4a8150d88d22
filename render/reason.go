package render

import (
	"slices"
	"strings"
)

// reasonGroup are things of which the reasons begin alike, so that this need be said only once.
type reasonGroup struct {
	head    string // what they have in common; all of it if there is nothing else
	members []member
}

type member struct {
	index int
	rest  string // of the reason
}

// reasonWords is a reason that the loop or a strategy gave, its percentages kept together.
func reasonWords(s string) string { return strings.ReplaceAll(clean(s), " %", noBreak+"%") }

// byReason groups things by the first clauses of their reasons, in order of appearance.
func byReason(reasons []string) []reasonGroup {
	type draft struct {
		common  []string
		members []int
	}
	var drafts []draft
	parts := each(reasons, clauses)
	for i, p := range parts {
		k := slices.IndexFunc(drafts, func(d draft) bool { return d.common[0] == p[0] })
		if k < 0 {
			drafts = append(drafts, draft{p, []int{i}})
			continue
		}
		d := &drafts[k]
		d.common, d.members = d.common[:alike(d.common, p)], append(d.members, i)
	}
	return each(drafts, func(d draft) reasonGroup {
		g := reasonGroup{head: strings.TrimRight(strings.Join(d.common, ""), ",: ")}
		for _, i := range d.members {
			g.members = append(g.members, member{i, strings.Join(parts[i][len(d.common):], "")})
		}
		return g
	})
}

// alike counts the elements with which both begin.
func alike(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// clauses splits a reason after commas and colons, though neither within a quoted name nor in front of one. It returns at least one.
func clauses(s string) []string {
	var out []string
	start, inQuotes := 0, false
	for i := range len(s) {
		if s[i] == '"' {
			inQuotes = !inQuotes
		}
		ends := i > start && s[i] == ' ' && (s[i-1] == ',' || s[i-1] == ':')
		if ends && !inQuotes && !strings.HasPrefix(s[i+1:], `"`) {
			out, start = append(out, s[start:i+1]), i+1
		}
	}
	return append(out, s[start:])
}
