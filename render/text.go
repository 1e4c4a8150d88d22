package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/pythia-trace/pythia"
)

const (
	defaultWidth = 80
	leastWidth   = 40
)

// Options says how [Text] and [Cycle] write.
type Options struct {
	// Width is how many columns a line may have; zero means 80, and less than 40 means 40.
	Width int
	// Color adds ANSI escape sequences.
	Color bool
}

// Text writes a report for a terminal. No line is longer than Options.Width: text is wrapped, and names that are too long lose
// their middle.
func Text(w io.Writer, r *pythia.Report, s Sources, o Options) error {
	p := newPage(o)
	for _, sentence := range readWords(r, s) {
		p.paragraph(0, 2, plain, sentence)
	}
	t := newTeller(r)
	p.diagnoses(t.diagnose(r.Diagnoses))
	p.groups(r, t.names)
	for _, f := range r.Findings {
		p.blank()
		p.finding(t.tell(f))
	}
	p.blank()
	p.paragraph(0, 0, bold, closingWords(r))
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("render: writing text: %w", err)
	}
	return nil
}

func (p *page) groups(r *pythia.Report, n names) {
	rows := rowsOf(r.Groups, n)
	if len(rows) > 0 {
		p.blank()
		p.line(0, bold, "Requests expected to perform alike, most time at stake first")
		p.table(2, []column{
			{head: "type", cells: each(rows, func(g groupWords) string { return g.requestType }), gives: true},
			{head: "with the same", cells: each(rows, func(g groupWords) string { return g.alike }), gives: true},
			{head: "requests", cells: each(rows, func(g groupWords) string { return g.requests }), right: true},
			{head: "mean ± sd", cells: each(rows, func(g groupWords) string { return g.duration }), right: true},
			{head: "before", cells: each(rows, func(g groupWords) string { return g.before }), right: true},
			{head: "modes", cells: each(rows, func(g groupWords) string { return g.modes })},
		})
	}
	for _, rest := range restOf(r.Groups) {
		p.paragraph(2, 2, faint, "and "+rest)
	}
}

const (
	bodyIndent  = 4
	chartIndent = 6
	labelWidth  = 8 // of "from", "to", "inside", "calling"
)

func (p *page) finding(f findingWords) {
	p.line(0, bold, fmt.Sprintf("#%d  %s  %s", f.rank, f.reason, f.group))
	p.place(f.place)
	p.paragraph(bodyIndent, 2, plain, strings.Join(f.facts, "; "))
	p.chart(f)
	p.explanations(f)
}

func (p *page) place(w placeWords) {
	p.paragraph(bodyIndent, 2, cyan, w.what)
	for _, d := range w.details {
		p.paragraph(bodyIndent+2, labelWidth, cyan, pad(d.label, labelWidth-1)+" "+d.text)
	}
	if w.meaning != "" {
		p.paragraph(bodyIndent+2, 0, faint, "("+w.meaning+")")
	}
}

func (p *page) chart(f findingWords) {
	lines := f.chart.lines(p.width - chartIndent)
	if lines == nil {
		return
	}
	caption := f.chartOf
	if more := f.chart.beyond(); more != "" {
		caption += " (" + more + ")"
	}
	p.line(bodyIndent, faint, caption)
	for _, line := range lines {
		p.line(chartIndent, plain, line)
	}
	if f.modes != "" {
		p.paragraph(chartIndent, 2, plain, "modes: "+f.modes)
	}
}

func (p *page) explanations(f findingWords) {
	if f.unexplained != "" {
		p.paragraph(bodyIndent, 2, faint, f.unexplained)
	}
	for i, e := range f.explanations {
		if i == 0 {
			p.line(bodyIndent, faint, "goes along with")
		}
		p.paragraph(chartIndent, 4, plain, e.name+"  "+strings.Join(e.ranges, ", "))
		for _, aside := range e.asides() {
			p.line(chartIndent+4, faint, aside)
		}
	}
	if f.more > 0 {
		p.line(chartIndent, faint, "and "+count(f.more)+" more (--format json has all)")
	}
}
