package render

import (
	"encoding/json"
	"math"
)

// The shape of the JSON report. The domain types carry no tags, so that renaming a field of theirs cannot change the contract.

type wireReport struct {
	Schema    string          `json:"schema"`
	Measure   string          `json:"measure"`
	Input     wireInput       `json:"input"`
	Baseline  *wireInput      `json:"baseline,omitempty"`
	Dropped   *wireDropped    `json:"dropped,omitempty"`
	Groups    []wireGroup     `json:"groups"`
	Findings  []wireFinding   `json:"findings"`
	More      int             `json:"more_findings"`
	Diagnoses []wireDiagnosis `json:"diagnoses,omitempty"`
}

type wireInput struct {
	Files    []string       `json:"files"`
	Traces   int            `json:"traces"`
	Spans    int            `json:"spans"`
	Ignored  int            `json:"ignored"`
	Repairs  map[string]int `json:"repairs"`
	Rejected int            `json:"rejected"`
	Problems []string       `json:"problems"`
}

type wireDropped struct {
	Groups int `json:"groups"`
	Traces int `json:"traces"`
}

type wireGroup struct {
	Key           string            `json:"key"`
	RequestType   string            `json:"request_type"`
	Traces        int               `json:"traces"`
	MeanSeconds   number            `json:"mean_seconds"`
	StdDevSeconds number            `json:"stddev_seconds"`
	CoV           number            `json:"cov"`
	P50Seconds    number            `json:"p50_seconds"`
	P95Seconds    number            `json:"p95_seconds"`
	P99Seconds    number            `json:"p99_seconds"`
	DipP          number            `json:"dip_p"`
	Modes         []wireMode        `json:"modes"`
	Scores        map[string]number `json:"scores"`
	TooFew        bool              `json:"too_few"`
	Before        *wireBefore       `json:"before,omitempty"`
}

type wireBefore struct {
	Traces        int    `json:"traces"`
	MeanSeconds   number `json:"mean_seconds"`
	StdDevSeconds number `json:"stddev_seconds"`
}

type wireMode struct {
	CenterSeconds number `json:"center_seconds"`
	LowSeconds    number `json:"low_seconds"`
	HighSeconds   number `json:"high_seconds"`
	Share         number `json:"share"`
}

type wireFinding struct {
	Rank                  int               `json:"rank"`
	Group                 wireGroup         `json:"group"`
	Reason                string            `json:"reason"`
	Location              wireLocation      `json:"location"`
	StakeSeconds          number            `json:"stake_seconds"`
	VarianceShare         number            `json:"variance_share"`
	VarianceShareInterval *wireInterval     `json:"variance_share_interval"`
	CountShare            number            `json:"count_share"`
	TimeShare             number            `json:"time_share"`
	Groups                int               `json:"groups"`
	Significance          wireSignificance  `json:"significance"`
	Change                *wireChange       `json:"change,omitempty"`
	Explanations          []wireExplanation `json:"explanations"`
}

type wireLocation struct {
	Kind          string      `json:"kind"`
	Service       string      `json:"service"`
	Operation     string      `json:"operation"`
	CalleeService string      `json:"callee_service,omitempty"`
	Callees       []string    `json:"callee_services,omitempty"`
	From          wireEvent   `json:"from"`
	To            wireEvent   `json:"to"`
	Description   string      `json:"description"`
	Stack         []wirePoint `json:"stack"`
}

type wireEvent struct {
	Event     string `json:"event"`
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Layer     string `json:"layer"`
}

type wirePoint struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Layer     string `json:"layer"`
}

type wireInterval struct {
	Low   number `json:"low"`
	High  number `json:"high"`
	Level number `json:"level"`
}

type wireSignificance struct {
	Test     string `json:"test"`
	P        number `json:"p_value"`
	Adjusted number `json:"adjusted_p_value"`
	Tested   int    `json:"tested"`
}

type wireChange struct {
	BeforeSeconds    number `json:"before_seconds"`
	AfterSeconds     number `json:"after_seconds"`
	DeltaLowSeconds  number `json:"delta_low_seconds"`
	DeltaHighSeconds number `json:"delta_high_seconds"`
	BeforeTraces     int    `json:"before_traces"`
	AfterTraces      int    `json:"after_traces"`
}

type wireExplanation struct {
	Variable  string      `json:"variable"`
	Aliases   []string    `json:"aliases"`
	Strength  number      `json:"strength"`
	Direction int         `json:"direction"`
	P         number      `json:"p_value"`
	Ranges    []wireRange `json:"ranges"`
}

type wireRange struct {
	Low      *number `json:"low,omitempty"`
	High     *number `json:"high,omitempty"`
	Category string  `json:"category,omitempty"`
	Seconds  number  `json:"seconds"`
	Traces   int     `json:"traces"`
}

// number is a float64 that is null in JSON, instead of an error, where it is not finite.
type number float64

// MarshalJSON implements [json.Marshaler].
func (n number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(f)
}
