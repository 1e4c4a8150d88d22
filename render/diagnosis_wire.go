package render

import (
	"time"

	"github.com/pythia-trace/pythia"
)

type wireDiagnosis struct {
	RequestType string           `json:"request_type"`
	Summary     string           `json:"summary"`
	Started     string           `json:"started,omitempty"`
	Ended       string           `json:"ended,omitempty"`
	Stop        string           `json:"stop,omitempty"`
	Findings    []wireFinding    `json:"findings"`
	Hypotheses  []wireHypothesis `json:"hypotheses"`
	PointsOn    wirePointsOn     `json:"points_on"`
}

type wireHypothesis struct {
	Point       wirePoint `json:"point"`
	Attributes  []string  `json:"attributes"`
	Why         string    `json:"why"`
	Enabled     string    `json:"enabled,omitempty"`
	ShareBefore *number   `json:"share_before,omitempty"`
	ShareAfter  *number   `json:"share_after,omitempty"`
	Correlation *number   `json:"correlation,omitempty"`
	Requests    int       `json:"requests"`
	Outcome     string    `json:"outcome"`
	Disabled    string    `json:"disabled,omitempty"`
	WhyDisabled string    `json:"why_disabled,omitempty"`
}

type wirePointsOn struct {
	Total  int `json:"total"`
	AtOnce int `json:"at_once"`
}

func wireDiagnosisOf(d *pythia.Diagnosis) wireDiagnosis {
	total, atOnce := pointsOn(d.Hypotheses)
	return wireDiagnosis{
		RequestType: d.RequestType, Summary: Line(d), Started: wireTime(d.Started), Ended: wireTime(d.Ended), Stop: string(d.Stop),
		Findings: each(d.Findings, wireFindingOf), Hypotheses: each(d.Hypotheses, wireHypothesisOf), PointsOn: wirePointsOn{total, atOnce},
	}
}

func wireHypothesisOf(h pythia.Hypothesis) wireHypothesis {
	out := wireHypothesis{
		Point: wirePointOf(h.Point), Attributes: noneNull(h.Attributes), Why: h.Why, Enabled: wireTime(h.Enabled), Requests: h.Requests,
		Outcome: string(h.Outcome), Disabled: wireTime(h.Disabled), WhyDisabled: h.WhyDisabled,
	}
	before, after := number(h.Before), number(h.After)
	switch {
	case len(h.Attributes) == 0:
		out.ShareBefore = &before
		if judged(&h) {
			out.ShareAfter = &after
		}
	case judged(&h):
		out.Correlation = &after
	}
	return out
}

// wireTime writes a time in RFC 3339, in UTC; nothing for none.
func wireTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
