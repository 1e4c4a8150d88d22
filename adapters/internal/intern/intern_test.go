package intern

import (
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestStringsAreShared(t *testing.T) {
	var table Table
	buf := []byte("nova-compute")
	a := table.Bytes(buf)
	buf[0] = 'X'
	b := table.String("nova-compute")
	require.Equal(t, "nova-compute", a)
	require.Same(t, unsafe.StringData(a), unsafe.StringData(b))
	require.Zero(t, testing.AllocsPerRun(100, func() { table.Bytes([]byte("nova-compute")) }))
}

func TestLongStringsAreNotKept(t *testing.T) {
	var table Table
	long := strings.Repeat("x", maxLength+1)
	require.Equal(t, long, table.String(long))
	require.Empty(t, table.strings)
}

func TestTableIsBounded(t *testing.T) {
	var table Table
	for i := range 3 * maxStrings {
		table.String(strconv.Itoa(i))
		table.Process(pythia.Process{Host: strconv.Itoa(i)})
	}
	require.LessOrEqual(t, len(table.strings), maxStrings)
	require.LessOrEqual(t, len(table.processes), maxProcesses)
}

func TestProcessesAreTheSameOnlyIfEqual(t *testing.T) {
	var table Table
	of := func(service, host string, attrs ...pythia.Attr) *pythia.Process {
		return table.Process(pythia.Process{Service: service, Host: host, Attrs: attrs})
	}
	all := []*pythia.Process{
		of("ab", "c"), of("a", "bc"), of("a", "b", pythia.String("k", "1")), of("a", "b", pythia.Number("k", 1)),
		of("a", "b", pythia.String("k", "true")), of("a", "b", pythia.Bool("k", true)), of("a", "b"),
	}
	for i, p := range all {
		for _, q := range all[:i] {
			require.NotSame(t, p, q)
		}
	}
	require.Same(t, all[3], of("a", "b", pythia.Number("k", 1)))
	require.Same(t, all[5], of("a", "b", pythia.Bool("k", true)))
}
