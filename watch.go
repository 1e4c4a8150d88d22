package pythia

import "time"

// watch follows the requests of one type.
type watch struct {
	requestType string
	window      window
	usage       usage
	arrived     int     // since the last step
	rate        float64 // requests per second, recent ones counting most
	// normal is what the durations were like when they were last looked into; nil before that. What has been looked into is not again until it
	// gets worse.
	normal *moments
	// began is what they were like when the search in progress began.
	began   moments
	noticed int // steps in a row in which something was to be seen
	// varying says that the search is for what varies, and steady that it is for what takes long: both, one, or not known yet.
	varying, steady bool
	waited          int // steps in a row in which too few requests came
	queued          int // steps in a row in which others held what the search could use
	// diagnosis is the search in progress, or the one that has ended and is not reported yet.
	diagnosis *Diagnosis
	// reported says that the developer has the diagnosis, so that what it has on can go off.
	reported bool
	asked    map[TracePointID]bool // whose attributes were asked for
}

// measureRate takes stock of the requests since the last step.
func (w *watch) measureRate(since time.Duration) {
	const recent = 0.3 // the weight of the last step
	if since > 0 {
		now := float64(w.arrived) / since.Seconds()
		if w.rate == 0 {
			w.rate = now
		}
		w.rate += recent * (now - w.rate)
	}
	w.arrived = 0
}

// searching reports whether a search is in progress.
func (w *watch) searching() bool { return w.diagnosis != nil && w.diagnosis.Stop == "" }

// enoughForNormal is how many requests say what is normal, rare long ones included.
const enoughForNormal = 1000

// learnNormal takes over what was seen, if there is more of it than there was, until that is enough. Later, a slow drift shall not become normal. It
// goes by the older pane: what has begun to get worse would show before it gets there.
func (w *watch) learnNormal(older moments) {
	if w.normal.N < min(older.N, enoughForNormal) {
		w.normal = &older
	}
}
