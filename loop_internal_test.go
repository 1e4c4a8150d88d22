package pythia

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLoopKeepsSomeHistory: the latest diagnoses. What was copied to be saved does not change meanwhile.
func TestLoopKeepsSomeHistory(t *testing.T) {
	l := newLoop(Config{}, LoopConfig{})
	for i := range mostHistory {
		l.file(&Diagnosis{RequestType: fmt.Sprint(i)})
	}
	saved, _, err := l.snapshot()
	require.NoError(t, err)
	for i := range 5 {
		l.file(&Diagnosis{RequestType: fmt.Sprint(mostHistory + i)})
	}
	require.Len(t, l.history, mostHistory)
	require.Equal(t, "5", l.history[0].RequestType)
	require.Equal(t, fmt.Sprint(mostHistory+4), l.history[mostHistory-1].RequestType)
	for i, d := range saved.History {
		require.Equal(t, fmt.Sprint(i), d.RequestType)
	}
}
