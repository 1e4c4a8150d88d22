package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// calm ends the names of the sets in which the profile has not seen the problem.
const calm = "-calm"

// The problem of the recordings: requests of a type queue for a semaphore. A calm request waits for it so long at most, all its waits together.
const (
	queuing      = "server_create"
	semaphore    = "build_semaphore"
	mostCalmWait = 1.0 // seconds
)

// loadOpenStack makes a set of a recording, or of its requests with a profile of calm ones only.
func loadOpenStack(ctx context.Context, folder string, s *set) (*set, error) {
	recording, isCalm := strings.CutSuffix(s.name, calm)
	s.title, s.optional = "OpenStack, "+recording, ofQueue
	if isCalm {
		s.title += ", calm profile"
	}
	file := filepath.Join(folder, "openstack", recording+".points.jsonl.gz")
	if _, err := os.Stat(file); err != nil {
		s.absent = fmt.Sprintf("there is no %s", filepath.Join("openstack", filepath.Base(file)))
		return s, nil
	}
	traces, err := s.read(ctx, file)
	if err != nil {
		return nil, err
	}
	k := kase{name: s.name, traces: traces}
	if isCalm {
		k.before = slices.DeleteFunc(slices.Clone(traces), waits)
	}
	s.learnt = learntOf(traces, isCalm)
	return s, s.add(ctx, k)
}

// waits reports whether a request has the problem.
func waits(t *pythia.Trace) bool {
	seconds := 0.0
	for i := range t.Spans {
		if s := &t.Spans[i]; s.Point.Name == semaphore {
			seconds += float64(s.EndNanos-s.StartNanos) / 1e9
		}
	}
	return t.RequestType == queuing && seconds > mostCalmWait
}

// learntOf says what a profile has seen of the problem.
func learntOf(traces []*pythia.Trace, isCalm bool) string {
	of, waited, traced := 0, 0, false
	for _, t := range traces {
		of += btoi(t.RequestType == queuing)
		waited += btoi(waits(t))
		traced = traced || slices.ContainsFunc(t.Spans, func(s pythia.Span) bool { return s.Point.Name == semaphore })
	}
	limit := fmt.Sprintf("%g s", mostCalmWait)
	if isCalm {
		text := fmt.Sprintf("of `%s` only those that waited for the build semaphore %s at most, %d of %d, and of the other types any. "+
			"The profile has not seen the problem", queuing, limit, of-waited, of)
		if of-waited < profiled {
			text += fmt.Sprintf(". So few are less than the %d that are drawn of a type: it is the same %d for each seed", profiled, of-waited)
		}
		return text
	}
	text := "part of the requests searched. The profile has seen the problem"
	if traced {
		text += fmt.Sprintf(": %d of %d `%s` waited for the build semaphore longer than %s", waited, of, queuing, limit)
	}
	return text
}

// ofQueue reports whether an attribute says something of the semaphore's queue. nova-compute notes that at a point, too, that is always on: there it would tell
// from the start what is to be found out.
func ofQueue(_ pythia.TracePointID, key string) bool { return strings.HasPrefix(key, semaphore+".") }
