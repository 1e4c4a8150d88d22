package pythiatest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

// RequireSteady fails the test, and ends it, if requests of the types vary more than is acceptable; without types, of any type. A type is given with its
// service or without: "POST /checkout" is that of all services. Types of which too few requests came fail as well.
//
// The message begins with one line, which names what goes along with the variation, or else where it arises; the whole diagnosis follows. What varies in many
// places, none of which carries enough to be named, is logged: busy machines do that.
func (t *Trial) RequireSteady(types ...string) {
	t.tb.Helper()
	failures := t.missing(types)
	for _, d := range t.Diagnoses() {
		switch {
		case !isOf(d.RequestType, types) || d.Stop == pythia.StopGone || len(d.Findings) == 0:
		case d.Stop == pythia.StopSpread:
			t.tb.Log(render.Line(d))
		default:
			failures = append(failures, t.failure(d))
		}
	}
	if len(failures) == 0 {
		return
	}
	for _, f := range failures {
		t.tb.Error(f)
	}
	t.tb.FailNow()
}

// missing says of which types too few requests came to judge them.
func (t *Trial) missing(types []string) (failures []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if types == nil {
		types = []string{""}
	}
	for _, wanted := range types {
		most, looked := 0, false
		for name, j := range t.judged {
			if isOf(name, []string{wanted}) || wanted == "" {
				most, looked = max(most, j.requests), looked || j.looks >= enoughLooks
			}
		}
		if !looked {
			failures = append(failures, t.tooFew(wanted, most))
		}
	}
	return failures
}

func (t *Trial) tooFew(wanted string, n int) string {
	seen := "none at all"
	if len(t.judged) > 0 {
		seen = "only " + strings.Join(slices.Sorted(maps.Keys(t.judged)), ", ")
	}
	if wanted == "" && n == 0 {
		return "pythiatest: no request came: give Run a workload, and instrument it through Provider or Observe"
	}
	if n == 0 {
		return fmt.Sprintf("pythiatest: no request of type %q came, %s: give Run a workload of such requests, through Provider or Observe", wanted, seen)
	}
	return fmt.Sprintf("pythiatest: %d requests of type %q in %d cycles are too few, %d have to come in each or two: raise Config.Requests, or Timeout if it ended the Run%s",
		n, wanted, t.cycles, minRequests, t.leftOut())
}

// leftOut says how many requests did not count, if any.
func (t *Trial) leftOut() string {
	if t.left == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of %d requests were left out, since the machine was late)", t.left, t.input.Traces)
}

// isOf reports whether a request type, with its service, is one of those given.
func isOf(requestType string, types []string) bool {
	return len(types) == 0 || slices.ContainsFunc(types, func(t string) bool { return requestType == t || strings.HasSuffix(requestType, " "+t) })
}

// failure is the message about a diagnosis.
func (t *Trial) failure(d *pythia.Diagnosis) string {
	t.mu.Lock()
	input, cycles, left := t.input, t.cycles, t.leftOut()
	t.mu.Unlock()
	var b strings.Builder
	b.WriteString(render.Line(d) + "\n\n")
	_ = render.Text(&b, &pythia.Report{Measure: pythia.UntilAnswered, Input: input, Diagnoses: []*pythia.Diagnosis{d}}, render.Sources{}, render.Options{})
	if d.Stop == "" {
		fmt.Fprintf(&b, "The search had not ended after %d cycles: raise Config.Cycles, or Timeout if it ended the Run.\n", cycles)
	}
	b.WriteString(left)
	return b.String()
}
