package searchspace

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// points numbers trace points in the order in which they come. There can be a hundred thousand, read in any order: one takes 16 bytes, a quarter of a
// line of the cache, besides its names. The names lie in a few large texts, so that the garbage collector finds nothing to follow for each.
type points struct {
	named []named
	texts []string
	last  *strings.Builder // of the last of texts, which never outgrows its room
	seed  maphash.Seed
	table []uint64 // by hash, with linear probing: the hash, and below it one more than the number; 0 for none
}

// named is where the scope of a point and, behind it, its name are.
type named struct {
	text        uint32
	from        uint16
	layer       pythia.Layer
	scope, name uint32 // lengths
}

// textSize is what a text has room for; a larger one holds one point.
const textSize = 1 << 14

func newPoints() points { return points{seed: maphash.MakeSeed()} }

func (ps *points) len() int { return len(ps.named) }

// at returns a point. It does not touch what its names say.
func (ps *points) at(i int32) pythia.TracePointID {
	n := &ps.named[i]
	text := ps.texts[n.text][n.from:]
	return pythia.TracePointID{Layer: n.layer, Scope: text[:n.scope], Name: text[n.scope:][:n.name]}
}

// find returns the number of a point.
func (ps *points) find(p pythia.TracePointID) (int32, bool) {
	if len(ps.table) == 0 {
		return 0, false
	}
	hash := ps.hash(p)
	for place := ps.home(hash); ps.table[place] != 0; place = ps.after(place) {
		if entry := ps.table[place]; uint32(entry>>32) == hash && ps.at(int32(uint32(entry))-1) == p {
			return int32(uint32(entry)) - 1, true
		}
	}
	return 0, false
}

// intern returns the number of a point, which it gives it if need be. It keeps no part of a tracer's larger buffer.
func (ps *points) intern(p pythia.TracePointID) int32 {
	if i, known := ps.find(p); known {
		return i
	}
	ps.write(p)
	if i := len(ps.named); i*4 > len(ps.table)*3 {
		old := ps.table
		ps.table = make([]uint64, max(16, i*2))
		for _, entry := range old {
			if entry != 0 {
				ps.put(entry)
			}
		}
	}
	ps.put(uint64(ps.hash(p))<<32 | uint64(len(ps.named)))
	return int32(len(ps.named) - 1)
}

// write appends a point and its names.
func (ps *points) write(p pythia.TracePointID) {
	size := len(p.Scope) + len(p.Name)
	if ps.last == nil || ps.last.Len()+size > textSize {
		ps.last = new(strings.Builder)
		ps.last.Grow(max(textSize, size))
		ps.texts = append(ps.texts, "")
	}
	ps.named = append(ps.named, named{
		text: uint32(len(ps.texts) - 1), from: uint16(ps.last.Len()), layer: p.Layer, scope: uint32(len(p.Scope)), name: uint32(len(p.Name)),
	})
	ps.last.WriteString(p.Scope)
	ps.last.WriteString(p.Name)
	ps.texts[len(ps.texts)-1] = ps.last.String()
}

func (ps *points) put(entry uint64) {
	place := ps.home(uint32(entry >> 32))
	for ps.table[place] != 0 {
		place = ps.after(place)
	}
	ps.table[place] = entry
}

// hash differs from process to process, so that nobody can make names that share one.
func (ps *points) hash(p pythia.TracePointID) uint32 {
	scope, name := maphash.String(ps.seed, p.Scope), maphash.String(ps.seed, p.Name)
	return uint32((bits.RotateLeft64(scope, 1)^name)>>32) + uint32(p.Layer)
}

// home is the preferred place of a hash, and after the next one.
func (ps *points) home(hash uint32) int { return int(uint64(hash) * uint64(len(ps.table)) >> 32) }

func (ps *points) after(place int) int {
	if place++; place < len(ps.table) {
		return place
	}
	return 0
}

// snapshot returns the points as they are, to be read only: what is appended later does not touch them.
func (ps *points) snapshot() points {
	return points{named: ps.named[:len(ps.named):len(ps.named)], texts: slices.Clone(ps.texts)}
}
