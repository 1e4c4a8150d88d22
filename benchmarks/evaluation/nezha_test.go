package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/testdata"
)

func TestRankOf(t *testing.T) {
	at := func(kind pythia.LocationKind, service, callee string) *pythia.Finding {
		return &pythia.Finding{Location: pythia.Location{Kind: kind, Point: pythia.TracePointID{Scope: service}, Callee: callee}}
	}
	d := &pythia.Diagnosis{Findings: []*pythia.Finding{
		at(pythia.LocationCall, "cart", "stock"), at(pythia.LocationSpan, "cart", ""), at(pythia.LocationGap, "stock", ""),
	}}
	require.Equal(t, 1, rankOf("stock", d), "the callee of a call")
	require.Equal(t, 2, rankOf("cart", d), "a call that it makes does not count")
	require.Zero(t, rankOf("mail", d))
	require.Zero(t, rankOf("", d), "nothing was injected")
	require.Zero(t, rankOf("cart", nil), "the search did not end")
}

// TestLoadNezha reads one case, with everything else that is there left out.
func TestLoadNezha(t *testing.T) {
	const one = "ob-0822-0518-currency-cpu_contention"
	from, to := testdata.Shared(t, "nezha"), filepath.Join(t.TempDir(), "nezha")
	require.NoError(t, os.Mkdir(to, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(to, "answers.json"), []byte(`{
		"`+one+`": {"kind": "latency", "root_cause": {"service": "currencyservice"}},
		"ob-another": {"kind": "structural"}, "tt-another": {"kind": "latency"}
	}`), 0o644))
	for _, file := range []string{one + ".normal.otlp.jsonl.gz", one + ".fault.otlp.jsonl.gz"} {
		require.NoError(t, os.Symlink(filepath.Join(from, file), filepath.Join(to, file)))
	}
	s, err := loadSet(t.Context(), filepath.Dir(to), onlineBoutique)
	require.NoError(t, err)
	require.Len(t, s.cases, 1)
	k := s.cases[0]
	require.Equal(t, "currencyservice", k.service)
	require.Len(t, k.before, 300)
	require.Len(t, k.during, 247)
	require.Len(t, k.traces, 547)
	require.Equal(t, k.before, k.profile(setting{}), "before anybody knows of the fault")
	require.Equal(t, k.during, k.profile(setting{during: true}))
	require.Equal(t, nezhaMinShare, s.minShare)
	require.Less(t, k.census.AlwaysOnContexts, k.census.Contexts)
}
