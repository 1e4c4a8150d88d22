package pythia

import (
	"encoding"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// stateVersion is that of the saved state.
const stateVersion = 1

// savedState is what survives a restart.
type savedState struct {
	Version      int
	Cycle        int
	ProfileEnded time.Time
	ProfileKnew  []TracePointID
	SpaceCame    bool // filled, so that no profile was needed
	Watches      []savedWatch
	History      []*Diagnosis
	Space        []byte // empty if the search space cannot be saved
}

type savedWatch struct {
	RequestType  string
	Others       bool
	Older, Newer savedPane
	Begun, Since time.Time
	Usage        savedUsage
	Rate         float64
	Normal       *moments
	Diagnosis    *Diagnosis
	Reported     bool
	Asked        []TracePointID
	// Varying and Steady say what the search is for.
	Varying, Steady bool
}

// savedUsage has the points in order: the same state is the same bytes.
type savedUsage struct {
	Profiled, SinceNew int
	Looked             bool
	IDs                []TracePointID
	Points             []pointUsage
}

func (u *usage) save() savedUsage {
	s := savedUsage{Profiled: u.Profiled, SinceNew: u.SinceNew, Looked: u.Looked, IDs: sortedPoints(maps.Keys(u.Points))}
	for _, id := range s.IDs {
		s.Points = append(s.Points, u.Points[id])
	}
	return s
}

func (s *savedUsage) restore() usage {
	u := usage{Profiled: s.Profiled, SinceNew: s.SinceNew, Looked: s.Looked}
	for i, id := range s.IDs[:min(len(s.IDs), len(s.Points))] {
		u.put(id, s.Points[i])
	}
	return u
}

type savedPane struct {
	Localizer []byte // empty if it cannot be saved, or has seen nothing
	Total     moments
}

// Save writes what the loop has learnt: search space, statistics, searches and their history. The Space and the Localizer are saved if they are an
// [encoding.BinaryMarshaler].
func (e *Engine) Save(w io.Writer) error {
	if e.loop == nil {
		return errNoLoop
	}
	s, err := e.loop.save()
	if err != nil {
		return fmt.Errorf("pythia: saving the state: %w", err)
	}
	return gob.NewEncoder(w).Encode(s)
}

// Restore replaces what the loop has learnt by what [Engine.Save] has written, with the same configuration. On an error nothing has changed. What was
// on is switched on again by the next step.
func (e *Engine) Restore(r io.Reader) error {
	if e.loop == nil {
		return errNoLoop
	}
	var s savedState
	err := gob.NewDecoder(r).Decode(&s)
	if err == nil && s.Version != stateVersion {
		err = fmt.Errorf("it is of version %d, not %d", s.Version, stateVersion)
	}
	if err == nil {
		err = e.loop.restore(&s)
	}
	if err != nil {
		return fmt.Errorf("pythia: restoring the state, which a new start without it mends: %w", err)
	}
	return nil
}

func (l *loop) save() (*savedState, error) {
	l.stepping.Lock()
	defer l.stepping.Unlock()
	s := &savedState{
		Version: stateVersion, Cycle: l.cycle, History: slices.Clone(l.history),
		ProfileEnded: l.profiles.ended, ProfileKnew: sortedPoints(maps.Keys(l.profiles.known)), SpaceCame: l.profiles.came,
	}
	for _, w := range l.sorted() {
		saved, err := l.saveWatch(w)
		if err != nil {
			return nil, err
		}
		s.Watches = append(s.Watches, saved)
	}
	var err error
	s.Space, err = marshal(l.config.Space)
	return s, err
}

func (l *loop) saveWatch(w *watch) (s savedWatch, err error) {
	if err := l.collect(w, true); err != nil {
		return s, err
	}
	s = savedWatch{
		RequestType: w.requestType, Others: w.others, Begun: w.window.begun, Since: w.window.since, Usage: w.usage.save(), Rate: w.rate,
		Normal: w.normal, Reported: w.reported, Asked: sortedPoints(maps.Keys(w.asked)), Varying: w.varying, Steady: w.steady,
	}
	if w.diagnosis != nil {
		s.Diagnosis = w.diagnosis.copy()
	}
	if s.Older, err = savePane(w.window.older); err != nil {
		return s, err
	}
	s.Newer, err = savePane(w.window.newer)
	return s, err
}

func savePane(p pane) (savedPane, error) {
	if p.localizer == nil {
		return savedPane{}, nil
	}
	data, err := marshal(p.localizer)
	return savedPane{data, p.total}, err
}

func marshal(v any) ([]byte, error) {
	if m, ok := v.(encoding.BinaryMarshaler); ok {
		return isolated(fmt.Sprintf("saving a %T", v), m.MarshalBinary)
	}
	return nil, nil
}

func unmarshal(u encoding.BinaryUnmarshaler, data []byte) error {
	return attempt(fmt.Sprintf("restoring a %T", u), func() error { return u.UnmarshalBinary(data) })
}

func (l *loop) restore(s *savedState) error {
	watches := make(map[string]*watch, len(s.Watches))
	for i := range s.Watches {
		w, err := l.restoreWatch(&s.Watches[i])
		if err != nil {
			return err
		}
		watches[w.requestType] = w
	}
	if slices.ContainsFunc(s.History, (*Diagnosis).unsound) {
		return errUnsound
	}
	return l.replace(s, watches)
}

// replace has the loop go on with what was saved.
func (l *loop) replace(s *savedState, watches map[string]*watch) error {
	l.stepping.Lock()
	defer l.stepping.Unlock()
	if u, ok := l.config.Space.(encoding.BinaryUnmarshaler); ok && len(s.Space) > 0 {
		if err := unmarshal(u, s.Space); err != nil {
			return err
		}
	} else {
		s.ProfileEnded = time.Time{} // it has to be learnt anew
	}
	for id := range l.on { // the next step switches off what is not wanted
		l.unpaid[id] = true
	}
	for _, id := range l.profiles.points {
		l.unpaid[id] = true
	}
	l.cycle, l.stepped, l.history = s.Cycle, time.Time{}, s.History
	l.follow(watches)
	l.profiles = profiles{ended: s.ProfileEnded, came: s.SpaceCame, known: make(map[TracePointID]bool)}
	for _, id := range s.ProfileKnew {
		l.profiles.known[id] = true
	}
	l.profiling, l.on, l.failing = false, make(map[TracePointID]*switchedOn), make(map[TracePointID]int)
	l.publish()
	return nil
}

// follow replaces the watches. What has come in since the last step is lost.
func (l *loop) follow(watches map[string]*watch) {
	l.mu.Lock()
	before := l.watches
	l.watches = watches
	l.mu.Unlock()
	for _, w := range before {
		w.window.intake.close(true)
		_ = l.collect(w, false) // it was counted
	}
}

func (l *loop) restoreWatch(s *savedWatch) (*watch, error) {
	w := &watch{
		requestType: s.RequestType, others: s.Others, usage: s.Usage.restore(), rate: s.Rate, normal: s.Normal, diagnosis: s.Diagnosis, reported: s.Reported,
		varying: s.Varying, steady: s.Steady,
		asked: make(map[TracePointID]bool),
	}
	for _, id := range s.Asked {
		w.asked[id] = true
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	now := l.config.Now()
	switch {
	case w.searching() || w.hasOn(): // what was on may have gone off meanwhile
		w.window.suspend()
		return w, nil
	case s.Begun.After(now) || s.Since.After(now) || now.Sub(s.Begun) >= l.config.Window: // long ago
		return w, nil
	}
	w.window.begun, w.window.since = s.Begun, s.Since
	w.window.intake.skip(s.Since)
	for _, p := range []struct {
		to   *pane
		from savedPane
	}{{&w.window.older, s.Older}, {&w.window.newer, s.Newer}} {
		if len(p.from.Localizer) == 0 {
			continue
		}
		localizer := l.parts.Localizer.New()
		u, ok := localizer.(encoding.BinaryUnmarshaler)
		if !ok {
			continue
		}
		if err := unmarshal(u, p.from.Localizer); err != nil {
			return nil, err
		}
		if !p.from.Total.sound() {
			return nil, errUnsound
		}
		*p.to = pane{localizer, p.from.Total}
	}
	return w, nil
}

var errUnsound = errors.New("it is damaged")

// check reports what a loop would never have saved.
func (w *watch) check() error {
	sound := w.rate >= 0 && !math.IsInf(w.rate, 0) && (w.normal == nil || w.normal.sound())
	for _, p := range w.usage.Points {
		for _, v := range []float64{p.Spans, p.Bytes, p.Workflows, p.Profiled} {
			sound = sound && v >= 0 && !math.IsInf(v, 0)
		}
	}
	if d := w.diagnosis; d != nil {
		sound = sound && d.RequestType == w.requestType && (w.normal != nil || w.searching() && (w.varying || w.steady))
		sound = sound && !d.unsound()
	}
	if !sound {
		return errUnsound
	}
	return nil
}

// unsound reports whether a diagnosis lacks what each has.
func (d *Diagnosis) unsound() bool {
	return d == nil || slices.ContainsFunc(d.Findings, func(f *Finding) bool { return f == nil || f.Group == nil })
}

// hasOn reports whether something is on for the requests, or should be.
func (w *watch) hasOn() bool {
	return w.diagnosis != nil && slices.ContainsFunc(w.diagnosis.Hypotheses, func(h Hypothesis) bool { return h.On() })
}

// loadState reads the state file, if there is one.
func (e *Engine) loadState() error {
	path := e.config.Loop.StatePath
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pythia: reading the state: %w", err)
	}
	defer f.Close()
	if err := e.Restore(f); err != nil {
		return fmt.Errorf("%w (in %s)", err, path)
	}
	return nil
}

// saveState replaces the state file as a whole, so that none is ever half written.
func (e *Engine) saveState() (err error) {
	path := e.config.Loop.StatePath
	if path == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("pythia: saving the state: %w", err)
	}
	defer os.Remove(f.Name())
	err = errors.Join(e.Save(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("pythia: saving the state to %s: %w", path, err)
	}
	return nil
}
