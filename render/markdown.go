package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// Markdown writes a report in GitHub's flavour of Markdown, for a comment on a pull request.
func Markdown(w io.Writer, r *pythia.Report, s Sources) error {
	var d document
	d.line("## Pythia")
	d.line("")
	for _, sentence := range readWords(r, s) {
		d.line("%s", escaped(sentence))
	}
	t := newTeller(r)
	d.diagnoses(t.diagnose(r.Diagnoses))
	d.groups(r, t.names)
	for _, f := range r.Findings {
		d.finding(t.tell(f))
	}
	d.line("")
	d.line("**%s**", escaped(closingWords(r)))
	if _, err := io.WriteString(w, d.out.String()); err != nil {
		return fmt.Errorf("render: writing Markdown: %w", err)
	}
	return nil
}

// document collects Markdown.
type document struct{ out strings.Builder }

func (d *document) line(format string, args ...any) {
	d.out.WriteString(broken(fmt.Sprintf(format, args...)) + "\n")
}

// row writes a row of a table.
func (d *document) row(cells ...string) { d.line("| %s |", strings.Join(cells, " | ")) }

func (d *document) groups(r *pythia.Report, n names) {
	rows := rowsOf(r.Groups, n)
	if len(rows) > 0 {
		d.line("")
		compared := slices.ContainsFunc(rows, func(g groupWords) bool { return g.before != "" })
		cells := func(before string, others ...string) []string {
			if compared {
				others = slices.Insert(others, 4, before)
			}
			return others
		}
		d.row(cells("before", "type", "with the same", "requests", "mean ± sd", "modes")...)
		d.row(cells("--:", "---", "---", "--:", "--:", "---")...)
		for _, g := range rows {
			d.row(cells(g.before, escaped(g.requestType), escaped(g.alike), g.requests, g.duration, g.modes)...)
		}
	}
	if rest := restOf(r.Groups); len(rest) > 0 {
		d.line("")
		d.line("And %s.", strings.Join(rest, "; "))
	}
}

func (d *document) finding(f findingWords) {
	d.line("\n### %d. %s: %s\n", f.rank, escaped(f.reason), escaped(f.group))
	d.body(f)
}

// body is what stands below a finding's title.
func (d *document) body(f findingWords) {
	d.line("**%s**", escaped(f.place.what))
	for _, detail := range f.place.details {
		d.line("%s %s", detail.label, escaped(detail.text))
	}
	if f.place.meaning != "" {
		d.line("(%s)", f.place.meaning)
	}
	d.line("")
	for _, fact := range f.facts {
		d.line("- %s", escaped(fact))
	}
	if f.unexplained != "" {
		d.line("- %s", f.unexplained)
	}
	d.chart(f)
	d.explanations(f)
}

func (d *document) chart(f findingWords) {
	lines := f.chart.lines(chartColumns)
	if lines == nil {
		return
	}
	caption := f.chartOf
	if more := f.chart.beyond(); more != "" {
		caption += " (" + more + ")"
	}
	d.line("\n```text\n%s\n%s\n```", caption, strings.Join(lines, "\n"))
	if f.modes != "" {
		d.line("Modes: %s", f.modes)
	}
}

func (d *document) explanations(f findingWords) {
	if len(f.explanations) == 0 {
		return
	}
	d.line("")
	d.row("goes along with", "median duration", "")
	d.row("---", "---", "---")
	for _, e := range f.explanations {
		d.row("**"+escaped(e.name)+"**", escaped(strings.Join(e.ranges, ", ")), escaped(strings.Join(e.asides(), "; ")))
	}
	if f.more > 0 {
		d.line("\nAnd %s more.", count(f.more))
	}
}

// markup quotes what Markdown gives a meaning to. Names are shown as they are, mentions of people and links included.
var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "|", `\|`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "#", `\#`, "~", `\~`,
	"@", "&#64;", "://", "&#58;//",
)

func escaped(s string) string { return markup.Replace(s) }
