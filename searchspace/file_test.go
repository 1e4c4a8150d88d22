package searchspace_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/searchspace"
)

func save(tb testing.TB, c *searchspace.CCT) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, c.Save(&b))
	return b.Bytes()
}

func load(file []byte) (*searchspace.CCT, error) { return searchspace.Load(bytes.NewReader(file)) }

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(20) {
		var c searchspace.CCT
		observe(&c, randoms(t, seed, int(seed)*3)...)
		file := save(t, &c)
		loaded, err := load(file)
		require.NoError(t, err)
		requireEqual(t, &c, loaded)
		require.Equal(t, dump(&c), dump(loaded), "the standard deviation is exact, too")
		require.Equal(t, file, save(t, loaded))
		observe(&c, randoms(t, seed+100, 5)...)
		observe(loaded, randoms(t, seed+100, 5)...)
		require.Equal(t, save(t, &c), save(t, loaded), "life goes on as before")
	}
}

func TestRoundTripInSmallPieces(t *testing.T) {
	var c searchspace.CCT
	observe(&c, randoms(t, 1, 50)...)
	file := save(t, &c)
	for _, r := range []io.Reader{iotest.OneByteReader(bytes.NewReader(file)), iotest.DataErrReader(bytes.NewReader(file))} {
		loaded, err := searchspace.Load(r)
		require.NoError(t, err)
		require.Equal(t, file, save(t, loaded))
	}
}

func TestTheBoundIsSaved(t *testing.T) {
	c, err := searchspace.New(searchspace.Config{MaxNodes: 1})
	require.NoError(t, err)
	c.Observe(workflow(t, "a 0-9\n\tb 1-2"))
	loaded, err := load(save(t, c))
	require.NoError(t, err)
	loaded.Observe(workflow(t, "c 0-1"))
	require.Equal(t, searchspace.Stats{Contexts: 1, Points: 1, Workflows: 2, LeftOut: 2}, loaded.Stats())
}

func TestDeepTree(t *testing.T) {
	const depth = 50_000
	var text strings.Builder
	for i := range 300 {
		text.WriteString(strings.Repeat("\t", i) + "p" + strings.Repeat("x", i) + " 0-9\n")
	}
	var c searchspace.CCT
	c.Observe(workflow(t, text.String()))
	loaded, err := load(save(t, &c))
	require.NoError(t, err)
	require.Equal(t, 300, loaded.Stats().Contexts)

	file := append(header(depth, depth), 1)
	for i := range depth {
		file = binary.AppendUvarint(file, uint64(i)) // a point of its own
		file = append(file, 0, 0, 4, byte(i), byte(i>>8), byte(i>>16), 'n')
		file = append(append(file, zeros(1, 1)...), 0, 1)
	}
	file[len(file)-1] = 0 // children
	file = sealed(file)
	deep, err := load(file)
	require.NoError(t, err)
	require.Equal(t, file, save(t, deep))
}

func header(most, contexts int) []byte {
	file := append([]byte("pythiaCC"), 2)
	file = binary.AppendUvarint(file, uint64(most))
	file = append(file, 1, 0, 0)
	file = binary.AppendUvarint(file, uint64(contexts))
	return append(file, zeros(1, 1)...) // the workflow as a whole took no time
}

// zeros are numbers of which all but the first ones are zero.
func zeros(numbers ...byte) []byte { return append(numbers, make([]byte, 20-len(numbers))...) }

// sealed adds a correct checksum.
func sealed(file []byte) []byte {
	return binary.LittleEndian.AppendUint32(file, crc32.Checksum(file, crc32.MakeTable(crc32.Castagnoli)))
}

func TestEveryDamageIsFound(t *testing.T) {
	var c searchspace.CCT
	observe(&c, randoms(t, 4, 3)...)
	file := save(t, &c)
	for n := range file {
		_, err := load(file[:n])
		require.ErrorIs(t, err, searchspace.ErrCorrupt, "cut after %d bytes", n)
		for _, flip := range []byte{1, 0x80, 0xff} {
			damaged := bytes.Clone(file)
			damaged[n] ^= flip
			_, err = load(damaged)
			require.Error(t, err, "byte %d", n)
			require.True(t, errors.Is(err, searchspace.ErrCorrupt) || errors.Is(err, searchspace.ErrVersion), err)
		}
	}
	_, err := load(append(bytes.Clone(file), 0))
	require.ErrorContains(t, err, "after its end")
}

func TestOtherVersions(t *testing.T) {
	for version, advice := range map[string]string{
		"\x01": "an older one: profile again (the file has format 1, and this one reads 2)",
		"\x03": "a newer one: update this one (the file has format 3, and this one reads 2)",
	} {
		_, err := load(sealed([]byte("pythiaCC" + version + "anything")))
		require.ErrorIs(t, err, searchspace.ErrVersion)
		require.NotErrorIs(t, err, searchspace.ErrCorrupt, "it may be as it was written")
		require.EqualError(t, err, "searchspace: loading a tree: the file was written by another version of Pythia, "+advice)
	}
}

// TestHostileFiles are well sealed.
func TestHostileFiles(t *testing.T) {
	node := func(moments []byte, before byte) []byte {
		return append(append(append(header(9, 1), 1, 0, 0, 1, 's', 1, 'n'), moments...), before, 0)
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"not a tree":         {[]byte("nonsense, and more of it"), "begin"},
		"many promised":      {append(header(1<<30, 1<<30), 0), "fewer than it says"},
		"more than the most": {header(1, 2), "number of contexts"},
		"many children":      {append(header(9, 3), 4), "number of children"},
		"long name":          {append(append(header(9, 1), 1, 0, 0), binary.AppendUvarint(nil, 1<<40)...), "length of a name"},
		"name cut short":     {append(append(header(9, 1), 1, 0, 0), binary.AppendUvarint(nil, 1<<15)...), "cut short"},
		"unknown point":      {append(header(9, 1), 1, 1), "number of a point"},
		"large number":       {append(header(9, 1), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2), "too large"},
		"endless number":     {append(header(9, 1), bytes.Repeat([]byte{0xff}, 100)...), "too large"},
		"no workflows":       {node(zeros(), 0), "no workflow"},
		"NaN":                {node(zeros(1, 1, 0, 1, 0, 0, 0, 0, 0, 0xf8, 0x7f), 0), "contradict"},
		"negative products":  {node(zeros(1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf), 0), "contradict"},
		"endless products":   {node(zeros(1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f), 0), "contradict"},
		"many workflows":     {append(header(9, 1), 1, 0, 0, 1, 's', 1, 'n', 0x80, 0x80, 0x80, 8), "number of workflows"},
		"unknown sibling":    {node(zeros(1, 1), 2), "siblings before"},
	} {
		_, err := load(sealed(c.file))
		require.ErrorIs(t, err, searchspace.ErrCorrupt, name)
		require.ErrorContains(t, err, c.want, name)
	}
	_, err := load(sealed(node(zeros(1, 1), 0)))
	require.NoError(t, err)
}

func TestTwinsAreFound(t *testing.T) {
	twin := append(zeros(1, 1), 0)
	file := append(header(9, 2), 2, 0, 0, 0, 1, 'n')
	file = append(append(file, twin...), 0)
	_, err := load(sealed(append(file, twin...)))
	require.ErrorContains(t, err, "a context twice")
	file = append(append(header(9, 2), 2, 0, 0, 0, 1, 'n'), twin...)
	file = append(file, 1, 0, 0, 1, 'n')
	_, err = load(sealed(append(file, twin...)))
	require.ErrorContains(t, err, "a point twice")
}

func TestBrokenReadersAndWriters(t *testing.T) {
	broken := errors.New("broken")
	_, err := searchspace.Load(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	var c searchspace.CCT
	observe(&c, randoms(t, 1, 5)...)
	_, err = searchspace.Load(io.MultiReader(bytes.NewReader(save(t, &c)[:50]), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, c.Save(brokenWriter{broken}), broken)
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// TestOldFile reads what version 2 wrote, so that no later change breaks it.
func TestOldFile(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "version2.cct"))
	require.NoError(t, err)
	old, err := load(file)
	require.NoError(t, err)
	var c searchspace.CCT
	observe(&c, randoms(t, 6, 4)...)
	requireEqual(t, &c, old)
	require.Equal(t, file, save(t, old))
}

func FuzzLoad(f *testing.F) {
	var c searchspace.CCT
	f.Add(save(f, &c))
	observe(&c, randoms(f, 4, 2)...)
	f.Add(save(f, &c))
	f.Add(header(1<<30, 1<<30))
	f.Add([]byte("pythiaCC\x03"))
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, candidate := range [][]byte{file, sealed(bytes.Clone(file)), sealed(bytes.Clone(file[:max(0, len(file)-4)]))} {
			loaded, err := load(candidate)
			if err != nil {
				require.True(t, errors.Is(err, searchspace.ErrCorrupt) || errors.Is(err, searchspace.ErrVersion), err)
				continue
			}
			saved := save(t, loaded)
			again, err := load(saved)
			require.NoError(t, err)
			require.Equal(t, saved, save(t, again))
			for _, s := range stacks(again) {
				again.Inside(s, start("a"), end("b"))
				again.Inside(s[len(s)/2:], start("a"), end("b"))
			}
		}
	})
}
