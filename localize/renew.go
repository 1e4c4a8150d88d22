package localize

// fewWords is how many points and words may come before it is worth looking for those that nothing refers to any more.
const fewWords = 4096

// renewWords lets go of the points and words that nothing refers to any more, if there may be many: it begins a dictionary, and words all exemplars anew. That
// takes time in proportion to what is kept, but only after a quarter as many points and words were added.
func (v *Variance) renewWords() {
	c := v.observer.catalogue
	exemplars := v.further + v.quota.least*len(v.groups) // at most
	if c.words.size() <= c.renewed+max(fewWords, c.renewed/4, exemplars/4) {
		return
	}
	d := newDictionary()
	for id, context := range c.contexts {
		c.contexts[id] = callingContext{context.parent, d.point(c.point(context))}
	}
	r := renewal{to: d, words: make(map[*dictionary][]int32)}
	for _, a := range v.groups {
		for i, e := range a.sample.heap {
			a.sample.heap[i] = r.exemplar(e)
		}
	}
	d.publish()
	c.words, c.renewed = d, d.size()
	v.observer.collector = collector{}
}

// renewal words exemplars anew.
type renewal struct {
	to    *dictionary
	words map[*dictionary][]int32 // by the number in the dictionary: 1 + the number here; 0 if it was not asked for yet
	buf   []byte
}

// exemplar returns a copy that has the new words.
func (r *renewal) exemplar(e *exemplar) *exemplar {
	b := append(append(r.buf[:0], e.trace...), e.path...)
	counts := len(b)
	for c := range e.spansByPoint {
		b = appendCount(b, wordCount{r.word(e.words, c.word), c.count})
	}
	vars := len(b)
	for v := range e.variables {
		v.word = r.word(e.words, v.word)
		b = appendVariable(b, v)
	}
	r.buf = b
	all, path := string(b), len(e.trace)
	return &exemplar{e.rank, e.start, e.total, r.to, all[:path], all[path:counts], all[counts:vars], all[vars:]}
}

// word returns the new number of a word.
func (r *renewal) word(d *dictionary, n int32) int32 {
	known := r.words[d]
	if known == nil {
		known = make([]int32, len(d.all().words))
		r.words[d] = known
	}
	if known[n] == 0 {
		known[n] = 1 + r.to.copyOf(d.all(), n)
	}
	return known[n] - 1
}

// copyOf returns the number of a word of another vocabulary.
func (d *dictionary) copyOf(v *vocabulary, n int32) int32 {
	switch w := v.words[n]; {
	case w.point == noPoint:
		return d.numberOfText(v.keys[w.key])
	case w.key == ofPoint:
		return d.nameOf(d.point(v.points[w.point]))
	default:
		return d.number(word{d.point(v.points[w.point]), d.key(v.keys[w.key])})
	}
}
