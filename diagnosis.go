package pythia

import (
	"slices"
	"time"
)

// Diagnosis is the search for what makes the requests of one type vary, or always slow: what was tried, and what came out.
type Diagnosis struct {
	RequestType string
	Started     time.Time
	Ended       time.Time // zero while the search goes on
	Stop        StopReason
	// Before is what the requests were like before they got worse. Traces is 0 if they were never different.
	Before Before
	// Findings are what carries the variation, most first: where the search stands and, when it has ended, its result. They have no Sample.
	Findings []*Finding
	// Hypotheses are the trace points and attributes that were switched on, in order.
	Hypotheses []Hypothesis
}

// StopReason says why a search ended.
type StopReason string

// The reasons why a search ends. It is empty while the search goes on.
const (
	StopExplained    StopReason = "explained"        // key-values go along with what varies, and nothing more lies inside
	StopLeaf         StopReason = "leaf"             // nothing that could be switched on lies inside, or none of it carries enough
	StopUnaffordable StopReason = "unaffordable"     // what lies inside is beyond the budget
	StopTooFew       StopReason = "too_few_requests" // the requests that were waited for did not come
	StopSpread       StopReason = "spread"           // it varies in many places, none of which carries enough
	StopGone         StopReason = "gone"             // the variation is gone
	StopFailed       StopReason = "failed"           // the strategy or the localizer failed again and again
	StopOvertaken    StopReason = "overtaken"        // something new has made it worse, and a new search is for that
)

// Hypothesis is a trace point, or some of its attributes, switched on in the belief that it shows where the variation comes from.
type Hypothesis struct {
	Point TracePointID
	// Attributes are those that were asked for; none if it is about the point itself.
	Attributes []string
	// Inside is the point of the place that it was to split; zero if it is about attributes.
	Inside  TracePointID
	Why     string
	Enabled time.Time
	// Before is the share of the variation at the place that was to be split, and After what the point then turned out to carry or, for
	// attributes, the correlation of the best of them.
	Before, After float64
	Requests      int // on which After rests
	Outcome       Outcome
	// Disabled is when it was switched off again, zero while it is on, and WhyDisabled the reason.
	Disabled    time.Time
	WhyDisabled string
}

// Outcome says what became of a [Hypothesis].
type Outcome string

// The outcomes.
const (
	OutcomeOpen    Outcome = "open"             // not judged yet
	OutcomeHelped  Outcome = "helped"           // it carries a part of the variation, or explains it
	OutcomeNoHelp  Outcome = "no_help"          // it does not
	OutcomeTooFew  Outcome = "too_few_requests" // nobody came by
	OutcomeDropped Outcome = "dropped"          // it cost more than estimated
	OutcomeFailed  Outcome = "failed"           // it could not be switched on
	OutcomeGone    Outcome = "gone"             // the variation went away by itself
)

// On reports whether it is switched on.
func (h *Hypothesis) On() bool { return h.Disabled.IsZero() }

// copy returns the diagnosis as plain data that does not change any more.
func (d *Diagnosis) copy() *Diagnosis {
	c := *d
	c.Findings = make([]*Finding, len(d.Findings))
	for i, f := range d.Findings {
		kept := *f
		kept.Sample = nil
		c.Findings[i] = &kept
	}
	c.Hypotheses = slices.Clone(d.Hypotheses)
	return &c
}
