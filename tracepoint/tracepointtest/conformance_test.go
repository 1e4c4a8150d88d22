package tracepointtest_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func point(name string) pythia.TracePointID { return pythia.TracePointID{Scope: "cart", Name: name} }

func newRecorder() *tracepointtest.Recorder {
	return tracepointtest.NewRecorder(
		pythia.TracePoint{ID: point("b"), Attributes: []string{"n", "m"}}, pythia.TracePoint{ID: point("a")},
		pythia.TracePoint{ID: point("s"), AlwaysOn: true, Attributes: []string{"n"}})
}

// switches is somebody's own controller, which has nothing optional.
type switches struct {
	mu sync.Mutex
	on map[pythia.TracePointID]bool
}

func (s *switches) Points(context.Context) ([]pythia.TracePoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var points []pythia.TracePoint
	for _, id := range slices.SortedFunc(maps.Keys(s.on), pythia.TracePointID.Compare) {
		points = append(points, pythia.TracePoint{ID: id})
	}
	return points, nil
}

func (s *switches) Enable(_ context.Context, ids ...pythia.TracePointID) error {
	return s.set(true, ids)
}

func (s *switches) Disable(_ context.Context, ids ...pythia.TracePointID) error {
	return s.set(false, ids)
}

func (s *switches) set(on bool, ids []pythia.TracePointID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, id := range ids {
		if _, ok := s.on[id]; !ok {
			errs = append(errs, &pythia.PointError{ID: id, Err: pythia.ErrUnknownPoint})
			continue
		}
		s.on[id] = on
	}
	return errors.Join(errs...)
}

func TestConformance(t *testing.T) {
	for name, newController := range map[string]func(*testing.T) pythia.TracePointController{
		"own": func(*testing.T) pythia.TracePointController {
			return &switches{on: map[pythia.TracePointID]bool{point("a"): false}}
		},
		"recorder":       func(*testing.T) pythia.TracePointController { return newRecorder() },
		"plain recorder": func(*testing.T) pythia.TracePointController { return newRecorder().Plain() },
	} {
		t.Run(name, func(t *testing.T) { tracepointtest.Conformance(t, newController) })
	}
}

// broken is a recorder with one fault.
type broken struct {
	*tracepointtest.Recorder
	fault string
	calls atomic.Int32
}

var faults = []string{
	"unordered", "unstable", "shared slice", "not idempotent", "stops at the first error", "one error for all", "wrong reason", "always on goes off",
	"off stays on", "cancelled", "lease never ends", "lease ends early", "selection refused", "selected lease never ends",
	"selected lease early", "costs of nothing", "negative cost", "attribute unknown", "attribute switches the point",
}

func (b *broken) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	points, err := b.Recorder.Points(ctx)
	switch {
	case b.fault == "unordered":
		slices.Reverse(points)
	case b.fault == "unstable" && b.calls.Add(1) > 1 && len(points) > 1:
		points = points[1:]
	case b.fault == "shared slice":
		points = shared
	}
	return points, err
}

var shared, _ = newRecorder().Points(context.Background())

func (b *broken) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	switch b.fault {
	case "not idempotent":
		for _, id := range ids {
			if b.On(id) {
				return &pythia.PointError{ID: id, Err: errors.New("on already")}
			}
		}
	case "stops at the first error":
		for _, id := range ids {
			if err := b.Recorder.Enable(ctx, id); err != nil {
				return err
			}
		}
		return nil
	case "one error for all":
		if b.Recorder.Enable(ctx, ids...) != nil {
			return errors.New("something failed")
		}
		return nil
	case "wrong reason":
		if b.Recorder.Enable(ctx, ids...) != nil {
			return &pythia.PointError{ID: ids[len(ids)-1], Err: errors.New("failed")}
		}
		return nil
	case "cancelled":
		if ctx.Err() != nil {
			return errors.New("no time")
		}
	}
	return b.Recorder.Enable(ctx, ids...)
}

func (b *broken) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	if b.fault == "off stays on" {
		return nil
	}
	err := b.Recorder.Disable(ctx, ids...)
	if b.fault == "always on goes off" && errors.Is(err, pythia.ErrAlwaysOn) {
		return nil
	}
	return err
}

func (b *broken) EnableFor(ctx context.Context, lease time.Duration, ids ...pythia.TracePointID) error {
	switch b.fault {
	case "lease never ends":
		return b.Recorder.Enable(ctx, ids...)
	case "lease ends early":
		lease /= 2
	}
	return b.Recorder.EnableFor(ctx, lease, ids...)
}

func (b *broken) EnableOnly(ctx context.Context, s pythia.Selection, ids ...pythia.TracePointID) error {
	if b.fault == "selection refused" && s.OneIn > 1 {
		return errors.New("no")
	}
	return b.Recorder.EnableOnly(ctx, s, ids...)
}

func (b *broken) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	switch b.fault {
	case "selected lease never ends":
		return b.Recorder.EnableOnly(ctx, s, ids...)
	case "selected lease early":
		lease /= 2
	}
	return b.Recorder.EnableOnlyFor(ctx, lease, s, ids...)
}

func (b *broken) HitCost(id pythia.TracePointID) (pythia.HitCost, bool) {
	switch b.fault {
	case "costs of nothing":
		return pythia.HitCost{CPU: 1}, true
	case "negative cost":
		return pythia.HitCost{CPU: -1}, id == point("a")
	}
	return b.Recorder.HitCost(id)
}

func (b *broken) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	switch b.fault {
	case "attribute unknown":
		_ = b.Recorder.EnableAttributes(ctx, id, keys...)
		return nil
	case "attribute switches the point":
		_ = b.Recorder.Enable(ctx, id)
	}
	return b.Recorder.EnableAttributes(ctx, id, keys...)
}

const faultVariable = "TRACEPOINTTEST_FAULT"

// TestBroken fails, in the child processes of TestConformanceFindsFaults.
func TestBroken(t *testing.T) {
	fault, ok := os.LookupEnv(faultVariable)
	if !ok {
		return // it is for the child processes of TestConformanceFindsFaults
	}
	tracepointtest.Conformance(t, func(*testing.T) pythia.TracePointController { return &broken{Recorder: newRecorder(), fault: fault} })
}

func TestConformanceFindsFaults(t *testing.T) {
	for _, fault := range append([]string{""}, faults...) {
		child := exec.Command(os.Args[0], "-test.run=^TestBroken$")
		child.Env = append(os.Environ(), faultVariable+"="+fault)
		out, err := child.CombinedOutput()
		if fault == "" {
			require.NoError(t, err, "%s", out)
			continue
		}
		require.Error(t, err, "the kit misses %q", fault)
		clean := strings.Contains(string(out), "--- FAIL: TestBroken") && !strings.Contains(string(out), "panic:") && !strings.Contains(string(out), "RACE")
		require.True(t, clean, "%q: %.2000s", fault, out)
	}
}
