package pythia

import "time"

// watch follows the requests of one type.
type watch struct {
	requestType string
	others      bool // it follows all types beyond the first ones: what is on for it is on for everybody
	window      window
	usage       usage
	seen        time.Time // when requests came last
	arrived     int       // since the last step
	rate        float64   // requests per second, recent ones counting most
	// normal is what the durations were like when they were last looked into; nil before that. What has been looked into is not again until it
	// gets worse.
	normal *moments
	// began is what they were like when the search in progress began, and shown when that was seen last.
	began   moments
	shown   time.Time
	noticed int // steps in a row in which something was to be seen
	// varying says that the search is for what varies, and steady that it is for what takes long: both, one, or not known yet.
	varying, steady bool
	waited          int  // steps in a row in which too few requests came
	postponed       bool // the last step had no time for it
	queued          int  // steps in a row in which others held what the search could use
	failed          int  // steps in a row in which something failed that the search needs
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

// learnNormal takes over what was seen, if there is more of it than there was, until that is enough. Later, a slow drift shall not become normal. What
// looks worse, even if it may be chance, is not learnt; and it goes by the older pane, for what has just begun to get worse does not show yet.
func (w *watch) learnNormal(older moments) {
	varies, longer := older.worse(*w.normal, 0)
	if w.normal.N < min(older.N, enoughForNormal) && !varies && !longer {
		w.normal = &older
	}
}
