package render

import (
	"strings"
)

// style is how a stretch of text stands out on a terminal that knows colours.
type style string

const (
	plain style = ""
	bold  style = "\x1b[1m"
	faint style = "\x1b[2m"
	cyan  style = "\x1b[36m"
	reset       = "\x1b[0m"
)

// page lays out text on a terminal: no line is longer than its width.
type page struct {
	out   strings.Builder
	width int
	color bool
}

func newPage(o Options) *page {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	return &page{width: max(o.Width, leastWidth), color: o.Color}
}

// line writes one line, its middle left out if it is too long.
func (p *page) line(indent int, s style, text string) {
	text = strings.TrimRight(elide(broken(text), p.width-indent), " ")
	if p.color && s != plain && text != "" {
		text = string(s) + text + reset
	}
	p.out.WriteString(strings.Repeat(" ", indent) + text + "\n")
}

// paragraph writes text over as many lines as it takes; the lines after the first are indented by hang more.
func (p *page) paragraph(indent, hang int, s style, text string) {
	for i, line := range wrap(text, p.width-indent, p.width-indent-hang) {
		if i > 0 {
			p.line(indent+hang, s, line)
		} else {
			p.line(indent, s, line)
		}
	}
}

func (p *page) blank() { p.out.WriteByte('\n') }

// column is a column of a table. One without cells takes no room.
type column struct {
	head  string
	cells []string
	right bool // set to the right
	gives bool // may be narrowed if the table is too wide
}

// width is that of the widest cell.
func (c column) width() int {
	cells := 0
	for _, s := range c.cells {
		cells = max(cells, columns(s))
	}
	if cells == 0 {
		return 0
	}
	return max(cells, columns(c.head))
}

// set pads a cell to the column's width, or leaves out its middle.
func (c column) set(cell string, width int) string {
	cell = elide(cell, width)
	if c.right {
		width = -width
	}
	return pad(cell, width)
}

const columnGap = 2

// table writes columns of equally many cells.
func (p *page) table(indent int, table []column) {
	widths := p.fit(indent, table)
	var head string
	rows := make([]string, len(table[0].cells))
	for i, c := range table {
		if widths[i] == 0 {
			continue
		}
		gap := strings.Repeat(" ", columnGap)
		head += c.set(c.head, widths[i]) + gap
		for k := range rows {
			rows[k] += c.set(c.cells[k], widths[i]) + gap
		}
	}
	p.line(indent, faint, strings.TrimRight(head, " "))
	for _, row := range rows {
		p.line(indent, plain, strings.TrimRight(row, " "))
	}
}

// fit returns the columns' widths, of which the widest that may give way are narrowed until all fit.
func (p *page) fit(indent int, table []column) []int {
	widths := make([]int, len(table))
	sum := indent - columnGap
	for i, c := range table {
		if widths[i] = c.width(); widths[i] > 0 {
			sum += widths[i] + columnGap
		}
	}
	for ; sum > p.width; sum-- {
		widest := -1
		for i, c := range table {
			if c.gives && widths[i] > leastColumn && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

const leastColumn = 4
