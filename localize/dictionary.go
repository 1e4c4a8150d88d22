package localize

import (
	"bytes"
	"hash/maphash"
	"strings"
	"sync/atomic"

	"github.com/pythia-trace/pythia"
)

// dictionary numbers points, of which contexts are made too, the first being that of the root and of contexts that are not there, and the names of points and
// variables that exemplars are made of. Points and words are only ever added, by one goroutine at a time; others may meanwhile read the words that were
// published. So exemplars can go to other localizers, and still refer to it.
type dictionary struct {
	vocabulary
	published         atomic.Pointer[vocabulary]
	seed              maphash.Seed
	pointsIn, wordsIn index
	numberOf          map[string]int32 // of keys
	named             []pointWords     // by point; shorter, if no word of the last ones is known
	next              []int32          // by word of a variable: the one that came after it the last time; see guess
	wanted, tried     []byte           // texts of words that are looked for, and looked at
}

// pointWords are words of a point.
type pointWords struct {
	name  int32 // of the point itself; 0 until it is needed
	first int32 // of its attributes; see guess
	next  int32 // the point of the span that came after one of this point the last time
}

func newDictionary() *dictionary {
	d := &dictionary{
		vocabulary: vocabulary{words: []word{{noPoint, 0}}, keys: []string{""}},
		seed:       maphash.MakeSeed(), numberOf: make(map[string]int32), next: []int32{0},
	}
	d.wordsIn.add(0, d.hashOfWord)
	d.point(pythia.TracePointID{})
	d.publish()
	return d
}

// publish shows others the words that there are.
func (d *dictionary) publish() {
	if p := d.published.Load(); p == nil || len(p.words) < len(d.words) {
		v := d.vocabulary
		d.published.Store(&v)
	}
}

// size is how many points and words there are.
func (d *dictionary) size() int { return len(d.points) + len(d.words) }

// all returns the words for any goroutine to read.
func (d *dictionary) all() *vocabulary { return d.published.Load() }

// point returns the number of a point.
func (d *dictionary) point(p pythia.TracePointID) int32 {
	n := d.pointsIn.find(maphash.Comparable(d.seed, p), func(i int32) bool { return d.points[i] == p })
	if n < 0 {
		n = int32(len(d.points))
		d.points = append(d.points, p)
		d.pointsIn.add(n, func(i int32) uint64 { return maphash.Comparable(d.seed, d.points[i]) })
	}
	return n
}

// pointAfter returns the number of the point of a span, by the point of the span before: workflows are mostly like those before.
func (d *dictionary) pointAfter(before int32, p pythia.TracePointID) int32 {
	if guess := d.wordsOf(before).next; d.points[guess] == p {
		return guess
	}
	n := d.point(p)
	d.wordsOf(before).next = n
	return n
}

// wordsOf returns the words of a point.
func (d *dictionary) wordsOf(point int32) *pointWords {
	if more := len(d.points) - len(d.named); int(point) >= len(d.named) {
		d.named = append(d.named, make([]pointWords, more)...)
	}
	return &d.named[point]
}

// nameOf returns the word of a point itself.
func (d *dictionary) nameOf(point int32) int32 {
	w := d.wordsOf(point)
	if w.name == 0 {
		w.name = d.number(word{point, ofPoint})
	}
	return w.name
}

// variable returns the word for an attribute of a point, which comes after the one of the word before in a span; 0 if it is the first.
func (d *dictionary) variable(point, before int32, key string) int32 {
	guess := d.guess(point, before)
	if w := d.words[*guess]; w.point == point && w.key != ofPoint && d.keys[w.key] == key {
		return *guess
	}
	n := d.number(word{point, d.key(key)})
	*d.guess(point, before) = n // elsewhere now, if n is new
	return n
}

// guess is where it is kept which attribute of a point came after that of a word the last time: its spans mostly have the same ones, in the same order. So most
// are found without a search.
func (d *dictionary) guess(point, before int32) *int32 {
	if before == 0 {
		return &d.wordsOf(point).first
	}
	return &d.next[before]
}

// key returns the number of an attribute's key, which is above 0. There are few.
func (d *dictionary) key(key string) int32 {
	n, known := d.numberOf[key]
	if !known {
		key = strings.Clone(key) // it may be a piece of a large message
		n = d.addKey(key)
		d.numberOf[key] = n
	}
	return n
}

func (d *dictionary) addKey(key string) int32 {
	d.keys = append(d.keys, key)
	return int32(len(d.keys) - 1)
}

// number returns the number of a word, or of the one that has the same text.
func (d *dictionary) number(w word) int32 {
	d.wanted = d.appendText(d.wanted[:0], w)
	n := d.find()
	if n < 0 {
		n = d.add(w)
	}
	return n
}

// numberOfText returns the number of the word that has a text.
func (d *dictionary) numberOfText(text string) int32 {
	d.wanted = append(d.wanted[:0], text...)
	n := d.find()
	if n < 0 {
		n = d.add(word{noPoint, d.addKey(text)})
	}
	return n
}

// find returns the number of the word that reads d.wanted; -1 if there is none.
func (d *dictionary) find() int32 {
	return d.wordsIn.find(maphash.Bytes(d.seed, d.wanted), func(i int32) bool {
		d.tried = d.appendText(d.tried[:0], d.words[i])
		return bytes.Equal(d.wanted, d.tried)
	})
}

func (d *dictionary) add(w word) int32 {
	n := int32(len(d.words))
	d.words, d.next = append(d.words, w), append(d.next, 0)
	d.wordsIn.add(n, d.hashOfWord)
	return n
}

func (d *dictionary) hashOfWord(n int32) uint64 {
	d.tried = d.appendText(d.tried[:0], d.words[n])
	return maphash.Bytes(d.seed, d.tried)
}
