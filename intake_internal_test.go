package pythia

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// countingLocalizer counts what it observes.
type countingLocalizer struct {
	Localizer
	observed int
}

func (*countingLocalizer) New() Localizer             { return new(countingLocalizer) }
func (*countingLocalizer) Measure() Measure           { return UntilWorkDone }
func (c *countingLocalizer) Observe(GroupKey, *Trace) { c.observed++ }

func intakeLoop(t *testing.T) (*loop, *arrival) {
	l := newLoop(Config{Localizer: new(countingLocalizer)}, LoopConfig{})
	v := l.view.Load()
	return l, &arrival{Trace: usageTrace(t, 1), view: v, on: v.everybody, grouped: true}
}

// TestIntakeHasRoomBesideAnother observer, who may be at it for long: nothing waits, and nothing is lost.
func TestIntakeHasRoomBesideAnother(t *testing.T) {
	l, a := intakeLoop(t)
	var in intake
	busy := in.enter()
	for range 3 {
		counts, done, err := in.add(l, a)
		require.True(t, counts && done)
		require.NoError(t, err)
	}
	busy.mu.Unlock()
	_, _, err := in.add(l, a)
	require.NoError(t, err)
	require.Equal(t, 1, in.slots[0].came.input.Traces)
	require.Equal(t, 3, in.slots[1].came.input.Traces)
	for _, all := range []bool{false, true} { // the localizers stay, unless they are wanted
		traces, observed := 0, 0
		require.NoError(t, in.take(all, func(c *came) error {
			traces += c.input.Traces
			if c.localizer != nil {
				observed += c.localizer.(*countingLocalizer).observed
			}
			return nil
		}))
		require.Equal(t, map[bool][2]int{false: {4, 0}, true: {0, 4}}[all], [2]int{traces, observed})
	}
}

// TestIntakeHasArrivalsWorkedOutAnew when a step has changed what they went by, or has forgotten the type.
func TestIntakeHasArrivalsWorkedOutAnew(t *testing.T) {
	l, a := intakeLoop(t)
	var in intake
	l.publish()
	_, done, err := in.add(l, a)
	require.NoError(t, err)
	require.False(t, done)
	a.view = l.view.Load()
	_, done, _ = in.add(l, a)
	require.True(t, done)
	require.False(t, in.close(false), "something has come")
	require.True(t, in.close(true))
	_, done, _ = in.add(l, a)
	require.False(t, done)
}

// TestIntakeRestartsWithWhatComesLater: what came is forgotten but for its number, and what began before does not count.
func TestIntakeRestartsWithWhatComesLater(t *testing.T) {
	l, a := intakeLoop(t)
	var in intake
	_, _, err := in.add(l, a)
	require.NoError(t, err)
	in.restart(time.Unix(0, a.StartNanos()+1))
	counts, done, err := in.add(l, a)
	require.NoError(t, err)
	require.True(t, done)
	require.False(t, counts)
	c := in.slots[0].take(true)
	require.Equal(t, 2, c.input.Traces)
	require.Zero(t, c.input.Ignored)
	require.Zero(t, c.total)
	require.Nil(t, c.localizer)
}
