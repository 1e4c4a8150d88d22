package partial_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

func ExampleTrace_Build() {
	t, err := partial.Trace{ID: "t1", RequestType: "checkout", Spans: []pythia.Span{{ID: "a", EndNanos: 1}}}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.ID, t.RequestType, len(t.Spans))
	// Output: t1 checkout 1
}

func TestBuildJoins(t *testing.T) {
	join := func(spans []pythia.Span) { spans[0].Point.Name = "joined" }
	built, err := partial.Trace{Spans: []pythia.Span{{ID: "a"}}, Join: join}.Build()
	require.NoError(t, err)
	require.Equal(t, "joined", built.RequestType)
	_, err = partial.Trace{ID: "t"}.Build()
	require.ErrorIs(t, err, pythia.ErrNoSpans)
}

func TestReasonsAreBounded(t *testing.T) {
	var r partial.Record
	for range 1000 {
		r.Reject(errors.New("wrong"))
	}
	require.Equal(t, 1000, r.Rejected)
	require.Len(t, r.Reasons, 100)
}
