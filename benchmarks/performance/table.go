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
	fmt.Fprintf(&b, "| %s |\n", strings.Join(t.heads, " | "))
	b.WriteString(strings.Repeat("|---", t.left) + strings.Repeat("|--:", len(t.heads)-t.left) + "|")
	for _, cells := range t.rows {
		fmt.Fprintf(&b, "\n| %s |", strings.Join(cells, " | "))
	}
	return b.String()
}
