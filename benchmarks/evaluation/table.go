package main

import (
	"fmt"
	"strings"
)

// table is made of rows of cells; columns of numbers are set to the right.
type table struct {
	heads []string
	left  int // columns of words
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// String returns the table in Markdown.
func (t *table) String() string {
	var b strings.Builder
	line := func(cells []string) {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	line(t.heads)
	b.WriteString(strings.Repeat("|---", t.left) + strings.Repeat("|--:", len(t.heads)-t.left) + "|\n")
	for _, cells := range t.rows {
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		line(cells)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
