package render

import (
	"fmt"
)

func (d *document) diagnoses(told []diagnosisWords, more int) {
	for _, w := range told {
		d.diagnosis(w)
	}
	if more > 0 {
		d.line("\nAnd %s.", counted(more, "more diagnosis", "more diagnoses"))
	}
}

func (d *document) diagnosis(w diagnosisWords) {
	d.line("\n### Diagnosis: %s\n", escaped(w.headline))
	d.line("%s", escaped(w.search))
	for i, f := range w.findings {
		number := ""
		if len(w.findings) > 1 {
			number = fmt.Sprintf("%d. ", i+1)
		}
		d.line("\n#### %s%s: %s\n", number, escaped(f.reason), escaped(f.group))
		d.body(f)
	}
	d.history(w)
}

func (d *document) history(w diagnosisWords) {
	if len(w.history) == 0 {
		return
	}
	d.line("\n#### How\n")
	d.row("after", "switched on", "because", "share before → after", "outcome", "off")
	d.row("--:", "---", "---", "---", "---", "---")
	for _, s := range w.history {
		for _, h := range s.points {
			why := s.why
			if h.why != "" {
				why += ", " + h.why
			}
			d.row(s.after, escaped(h.what), escaped(why), h.share, escaped(h.outcome), escaped(h.off))
		}
	}
	if w.points != "" {
		d.line("\n%s.", w.points)
	}
}
