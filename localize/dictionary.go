package localize

import (
	"sync/atomic"

	"github.com/pythia-trace/pythia"
)

// dictionary numbers the names of points and variables that exemplars are made of, so that each is kept once. Words are only ever added, by one goroutine
// at a time; others may meanwhile read those that there were. So exemplars can go to other localizers, and still refer to it.
type dictionary struct {
	words  atomic.Pointer[[]string]
	index  map[string]int32
	points map[pythia.TracePointID]*pointWords // a process is a point without a name
}

// pointWords are the words of a point.
type pointWords struct {
	name       int32 // of the point itself; 0, which is no word, until it is needed
	attributes []attributeWord
	index      map[string]int // into attributes; nil while they are few
}

// attributeWord is the variable that an attribute of a point is.
type attributeWord struct {
	key  string
	word int32
}

// mostWords is how many words a dictionary may have before a new one is begun, lest it keep what no exemplar refers to any more.
const mostWords = 1 << 16

func newDictionary() *dictionary {
	d := &dictionary{index: make(map[string]int32), points: make(map[pythia.TracePointID]*pointWords)}
	d.words.Store(&[]string{""})
	return d
}

func (d *dictionary) all() []string { return *d.words.Load() }

// number returns the number of a word, which is above 0.
func (d *dictionary) number(word string) int32 {
	n, known := d.index[word]
	if !known {
		words := d.all()
		n = int32(len(words))
		d.index[word] = n
		words = append(words, word)
		d.words.Store(&words)
	}
	return n
}

func (d *dictionary) point(p pythia.TracePointID) *pointWords {
	w := d.points[p]
	if w == nil {
		w = &pointWords{}
		d.points[p] = w
	}
	return w
}

// nameOf returns the word of the point itself.
func (d *dictionary) nameOf(p pythia.TracePointID, w *pointWords) int32 {
	if w.name == 0 {
		w.name = d.number(p.String())
	}
	return w.name
}

// fewAttributes is up to how many attributes of a point are found by looking at all.
const fewAttributes = 16

// attribute returns the word for an attribute of a point that, as far as is known, is the i-th: a point's spans mostly have the same ones.
func (d *dictionary) attribute(p pythia.TracePointID, w *pointWords, i int, key string) int32 {
	if i < len(w.attributes) && w.attributes[i].key == key {
		return w.attributes[i].word
	}
	if w.index != nil {
		if at, known := w.index[key]; known {
			return w.attributes[at].word
		}
	} else {
		for _, a := range w.attributes {
			if a.key == key {
				return a.word
			}
		}
	}
	return d.addAttribute(p, w, key)
}

func (d *dictionary) addAttribute(p pythia.TracePointID, w *pointWords, key string) int32 {
	name := variableName(p, key)
	n := d.number(name)
	key = name[len(name)-len(key):] // the span's own may be a piece of a large message
	w.attributes = append(w.attributes, attributeWord{key, n})
	if w.index == nil && len(w.attributes) > fewAttributes {
		w.index = make(map[string]int)
		for i, a := range w.attributes {
			w.index[a.key] = i
		}
	} else if w.index != nil {
		w.index[key] = len(w.attributes) - 1
	}
	return n
}

// variableName names a variable after the point whose spans have the attribute, or after the service if it is one of a process.
func variableName(p pythia.TracePointID, key string) string {
	if p.Name == "" {
		return p.Scope + ": " + key
	}
	return p.Scope + " " + p.Name + ": " + key
}
