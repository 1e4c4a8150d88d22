package pythia

import "time"

// Cycle is what one step of the loop saw and did. It is plain data.
type Cycle struct {
	Number int // from 1
	Time   time.Time
	// Requests is how many were observed since the last step.
	Requests int
	// ProfiledOneIn is how many requests there are to each that is traced fully, to learn what lies where; 0 when none is.
	ProfiledOneIn int
	// ProfileCost is what the profile is estimated to cost, beyond Cost: its points are on for few requests, and none of the budget's Points.
	ProfileCost Cost
	// Searching are the diagnoses in progress, with the place each has come to.
	Searching []*Diagnosis
	// Enabled and Disabled are what was switched, in order.
	Enabled, Disabled []Switched
	// Concluded are the diagnoses that ended.
	Concluded []*Diagnosis
	// Cost is what is on now, beyond the always-on points, and what it is estimated to cost.
	Cost Cost
	// Problems are what went wrong: a controller that failed, a strategy that did not answer. The loop goes on.
	Problems []string
}

// Switched is a trace point, or some of its attributes, that was switched for the requests of one type.
type Switched struct {
	Point       TracePointID
	Attributes  []string // none if it is the point itself
	RequestType string
	Why         string
}
