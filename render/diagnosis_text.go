package render

import (
	"fmt"
	"strings"
)

func (p *page) diagnoses(told []diagnosisWords, more int) {
	for _, d := range told {
		p.blank()
		p.diagnosis(d)
	}
	if more > 0 {
		p.blank()
		p.paragraph(0, 2, faint, "and "+counted(more, "more diagnosis", "more diagnoses")+" (--format json has all)")
	}
}

func (p *page) diagnosis(d diagnosisWords) {
	p.paragraph(0, 2, bold, "Diagnosis: "+d.headline)
	p.paragraph(bodyIndent, 2, plain, d.search)
	for i, f := range d.findings {
		head := f.reason + "  " + f.group
		if len(d.findings) > 1 {
			head = fmt.Sprintf("%d. %s", i+1, head)
		}
		p.line(bodyIndent, plain, head)
		p.place(f.place)
		p.paragraph(bodyIndent, 2, plain, strings.Join(f.facts, "; "))
		p.explanations(f)
	}
	p.history(d)
}

func (p *page) history(d diagnosisWords) {
	if len(d.history) == 0 {
		return
	}
	p.line(bodyIndent, faint, "how: what was switched on, with the share before → after")
	for _, s := range d.history {
		if head := s.head(); head != "" {
			p.paragraph(chartIndent, 4, plain, head+":")
		}
		for _, h := range s.points {
			p.paragraph(chartIndent+2, 4, cyan, h.what+withReason(h.why))
			p.paragraph(chartIndent+4, 2, faint, h.fate())
		}
	}
	if d.points != "" {
		p.paragraph(bodyIndent, 2, plain, d.points)
	}
}

// head joins when and why.
func (s stepWords) head() string {
	switch {
	case s.after == "":
		return s.why
	case s.why == "":
		return when(s.after)
	}
	return when(s.after) + ", " + s.why
}

// fate joins what became of a hypothesis.
func (w hypothesisWords) fate() string {
	s := w.outcome + "; " + w.off
	if w.share != "" {
		s = w.share + ": " + s
	}
	return s
}

func withReason(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}
