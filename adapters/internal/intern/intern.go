// Package intern keeps one copy of strings and processes that come again and again, so that spans share them instead of each
// holding its own, and no span keeps the buffer alive that it was read from.
//
// A Table is bounded: full, it starts over. It serves one goroutine; the zero value is ready to use.
package intern

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/pythia-trace/pythia"
)

const (
	maxStrings   = 1 << 16
	maxLength    = 256 // bytes; longer strings hardly ever repeat
	maxProcesses = 1 << 12
)

// Table holds the copies.
type Table struct {
	strings   map[string]string
	recent    [256]string // where slot says; most are found here
	processes map[string]*pythia.Process
	key       []byte
}

// String returns the shared copy of s, or a copy of its own where s is too long to share.
func (t *Table) String(s string) string {
	if shared, ok := t.strings[s]; ok {
		return shared
	}
	return t.keep(strings.Clone(s))
}

// Bytes is [Table.String] for bytes; it allocates only what it has not seen.
func (t *Table) Bytes(b []byte) string {
	recent := &t.recent[slot(b)]
	if *recent == string(b) {
		return *recent
	}
	shared, ok := t.strings[string(b)]
	if !ok {
		shared = t.keep(string(b))
	}
	if len(shared) <= maxLength {
		*recent = shared
	}
	return shared
}

// slot spreads strings by what is quick to look at.
func slot(b []byte) uint8 {
	n := len(b)
	if n == 0 {
		return 0
	}
	return uint8(n)*31 + b[n-1]*7 + b[n/2]*13 + b[0]
}

func (t *Table) keep(s string) string {
	if len(s) > maxLength {
		return s
	}
	if t.strings == nil {
		t.strings = make(map[string]string)
	}
	if len(t.strings) >= maxStrings {
		clear(t.strings)
	}
	t.strings[s] = s
	return s
}

// Process returns the shared process that equals p.
func (t *Table) Process(p pythia.Process) *pythia.Process {
	t.key = appendProcess(t.key[:0], p)
	if shared, ok := t.processes[string(t.key)]; ok {
		return shared
	}
	if t.processes == nil {
		t.processes = make(map[string]*pythia.Process)
	}
	if len(t.processes) >= maxProcesses {
		clear(t.processes)
	}
	t.processes[string(t.key)] = &p
	return &p
}

// appendProcess writes what tells processes apart; every part is preceded by its length, so parts cannot run into each other.
func appendProcess(key []byte, p pythia.Process) []byte {
	key = appendString(key, p.Service)
	key = appendString(key, p.Instance)
	key = appendString(key, p.Host)
	for _, a := range p.Attrs {
		key = appendString(key, a.Key)
		if number, ok := a.Value.Number(); ok {
			key = binary.LittleEndian.AppendUint64(append(key, 'n'), math.Float64bits(number))
			continue
		}
		kind := byte('s')
		if a.Value == pythia.BoolValue(true) || a.Value == pythia.BoolValue(false) {
			kind = 'b'
		}
		key = appendString(append(key, kind), a.Value.String())
	}
	return key
}

func appendString(key []byte, s string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(s))), s...)
}
