package render

import (
	"fmt"
	"strings"

	"github.com/pythia-trace/pythia"
)

// fewestRequests is how many requests a group needs for anything to be said of it, as in package localize; the report marks smaller groups
// but does not hold the number.
const fewestRequests = 8

const shownFiles = 3

// readWords says what was read and what was measured, a sentence each.
func readWords(r *pythia.Report, s Sources) []string {
	out := []string{"Read " + inputWords(r.Input) + from(s.Input) + "."}
	switch {
	case r.Baseline != nil:
		out = append(out, "Compared with "+inputWords(*r.Baseline)+from(s.Baseline)+".")
	case len(s.Baseline.Names) > 0:
		out = append(out, "Nothing in the baseline"+from(s.Baseline)+" could be used; nothing was compared.")
	}
	if r.Measure == pythia.UntilAnswered {
		out = append(out, "Durations are taken until the client was answered; work that went on afterwards is left out.")
	} else {
		out = append(out, "Durations are taken until all work was done, also work that went on after the client was answered.")
	}
	return append(out, careWords(r, s)...)
}

func inputWords(in pythia.Input) string {
	return counted(in.Traces, "request") + " (" + counted(in.Spans, "span") + ")"
}

func from(f Files) string {
	if len(f.Names) == 0 {
		return ""
	}
	var list []string
	for _, name := range f.Names[:min(len(f.Names), shownFiles)] {
		if name == "-" {
			name = "standard input"
		}
		list = append(list, clean(name))
	}
	if more := len(f.Names) - shownFiles; more > 0 {
		list = append(list, counted(more, "more file"))
	}
	return " from " + strings.Join(list, ", ")
}

// careWords says what was not taken as it was reported.
func careWords(r *pythia.Report, s Sources) []string {
	var out []string
	repairs, ignored := r.Input.Repairs, r.Input.Ignored
	if r.Baseline != nil {
		repairs.Merge(r.Baseline.Repairs)
		ignored += r.Baseline.Ignored
	}
	if words := repairWords(repairs); words != "" {
		out = append(out, "Put right: "+words+".")
	}
	if n := s.Input.Rejected + s.Baseline.Rejected; n > 0 {
		out = append(out, "Left out as unusable: "+counted(n, "span or record", "spans or records")+".")
	}
	if ignored > 0 {
		out = append(out, "Left out: "+counted(ignored, "request")+" (over a week long, or by the grouper).")
	}
	if d := r.Dropped; d.Groups > 0 {
		out = append(out, "Too many groups: "+counted(d.Groups, "group")+" with "+counted(d.Workflows, "request")+" were put together with others, at a coarser level.")
	}
	return out
}

// repairPhrases says what every [pythia.Repair] means, for one and for many.
var repairPhrases = map[pythia.Repair][2]string{
	pythia.RepairMissingParent:    {"span whose parent is missing", "spans whose parent is missing"},
	pythia.RepairSeveralRoots:     {"request with several roots", "requests with several roots"},
	pythia.RepairDuplicate:        {"duplicate span", "duplicate spans"},
	pythia.RepairCycle:            {"cycle of parents", "cycles of parents"},
	pythia.RepairNegativeDuration: {"span that ended before it started", "spans that ended before they started"},
	pythia.RepairClockSkew:        {"span moved for clock skew", "spans moved for clock skew"},
	pythia.RepairEarlyChild:       {"span that started before its parent", "spans that started before their parent"},
	pythia.RepairLink:             {"span joined by a link", "spans joined by links"},
	pythia.RepairAsynchronous:     {"span that outlasted its parent", "spans that outlasted their parent"},
	pythia.RepairUnfinished:       {"span that never ended", "spans that never ended"},
	pythia.RepairImpossibleTime:   {"span at an impossible time", "spans at impossible times"},
	pythia.RepairSplitTrace:       {"trace in pieces", "traces in pieces"},
}

func repairWords(r pythia.Repairs) string {
	var list []string
	for i, n := range r {
		if n == 0 {
			continue
		}
		phrase, ok := repairPhrases[pythia.Repair(i)]
		if !ok {
			phrase = [2]string{pythia.Repair(i).String(), pythia.Repair(i).String()}
		}
		list = append(list, counted(n, phrase[0], phrase[1]))
	}
	return strings.Join(list, ", ")
}

// closingWords says what to do next, or why nothing was found.
func closingWords(r *pythia.Report) string {
	if len(r.Diagnoses) > 0 {
		return moreWords(r.MoreFindings) + diagnosedWords(r.Diagnoses)
	}
	if len(r.Findings) == 0 {
		return nothingWords(r)
	}
	return moreWords(r.MoreFindings) + nextWords(r)
}

// diagnosedWords says what to do next where searches were made.
func diagnosedWords(all []*pythia.Diagnosis) string {
	searches := 0
	for _, d := range byInterest(all) {
		switch {
		case d.Stop == "":
			searches++
		case d.Stop != pythia.StopSpread && d.Stop != pythia.StopGone && len(d.Findings) > 0:
			return "Next, for " + typeWords(d.RequestType) + ": " + remedy(d.Findings[0].Location) + "."
		}
	}
	if searches > 0 {
		return "Nothing is diagnosed yet; " + counted(searches, "search goes on", "searches go on") + "."
	}
	return "No place is to blame: what varied varies no more, or does so in many places."
}

// remedy says what to do about a place.
func remedy(l pythia.Location) string {
	switch l.Kind {
	case pythia.LocationGap:
		return "add a trace point between " + eventWords(l.From, l.Point.Scope) + " and " + eventWords(l.To, l.Point.Scope) + " in " + serviceName(l.Point.Scope)
	case pythia.LocationCall:
		return "look at the network and the queue in front of " + serviceOr(l.Callee, "the callee")
	}
	return "look at " + quoted(l.Point.Name) + " in " + serviceName(l.Point.Scope) + ", or add trace points inside it"
}

func moreWords(n int) string {
	if n == 0 {
		return ""
	}
	return counted(n, "more finding has", "more findings have") + " less at stake. "
}

func nextWords(r *pythia.Report) string {
	f := r.Findings[0]
	again := "record again and run pythia on the new traces"
	if r.Baseline == nil {
		again += ", with these as --baseline"
	}
	switch f.Location.Kind {
	case pythia.LocationGap:
		return "Next: add a span between the two events of #1, " + again + "."
	case pythia.LocationCall:
		return "Next: look at the network and the queue in front of " + serviceOr(f.Location.Callee, "the callee") + " in #1; after a fix, " + again + "."
	}
	return "Next: look at " + quoted(f.Location.Point.Name) + " in " + serviceName(f.Location.Point.Scope) + " (#1), or add spans inside it; then " + again + "."
}

func serviceOr(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return clean(name)
}

// nothingWords says why there is no finding.
func nothingWords(r *pythia.Report) string {
	largest, judged := 0, 0
	for _, g := range r.Groups {
		largest = max(largest, g.Traces)
		if !g.TooFew {
			judged++
		}
	}
	switch {
	case len(r.Groups) == 0:
		return "No findings: no request belongs to any group."
	case judged == 0:
		return fmt.Sprintf("No findings: too few requests. A group of like requests needs at least %d to be judged; the largest here has %d. Record more of the same and run pythia on all files together.", fewestRequests, largest)
	case r.Baseline != nil:
		return "No findings: nothing takes longer than in the baseline, and nothing varies more than is acceptable."
	}
	return "No findings: in none of the " + counted(judged, "group") + " do durations vary more than is acceptable. To compare with an earlier time, give its traces as --baseline."
}
