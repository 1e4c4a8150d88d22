// Package markdown writes the tables of documents that programs make.
package markdown

import (
	"fmt"
	"strings"
)

// Table is made of rows of cells; columns of numbers are set to the right.
type Table struct {
	Heads []string
	Left  int // columns of words
	rows  [][]string
}

// Add adds a row. Bars in cells do not end them.
func (t *Table) Add(cells ...string) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = strings.ReplaceAll(c, "|", `\|`)
	}
	t.rows = append(t.rows, row)
}

// String returns the table in Markdown.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n", strings.Join(t.Heads, " | "))
	b.WriteString(strings.Repeat("|---", t.Left) + strings.Repeat("|--:", len(t.Heads)-t.Left) + "|")
	for _, cells := range t.rows {
		fmt.Fprintf(&b, "\n| %s |", strings.Join(cells, " | "))
	}
	return b.String()
}
