package localize

import (
	"iter"
	"slices"
	"strings"
)

// lexicon numbers the words of several dictionaries alike: exemplars that came from other localizers have the dictionaries of these. It serves one
// analysis.
type lexicon struct {
	words numbered[string]
	from  map[*dictionary][]int32 // by the number in the dictionary: 1 + the number here; 0 if it was not asked for yet
}

// word returns the number of a word.
func (l *lexicon) word(word string) int32 { return l.words.number(word) }

// of returns the number here of a word of a dictionary.
func (l *lexicon) of(d *dictionary, word int32) int32 {
	known := l.from[d]
	if known == nil {
		if l.from == nil {
			l.from = make(map[*dictionary][]int32)
		}
		known = make([]int32, len(d.all().words))
		l.from[d] = known
	}
	if known[word] == 0 {
		known[word] = 1 + l.words.number(d.all().text(word))
	}
	return known[word] - 1
}

// text returns the word of a number.
func (l *lexicon) text(word int32) string { return l.words.items[word] }

// compare orders numbers by their words.
func (l *lexicon) compare(x, y int32) int { return strings.Compare(l.text(x), l.text(y)) }

// inOrder returns numbers in the order of their words.
func (l *lexicon) inOrder(words iter.Seq[int32]) []int32 { return slices.SortedFunc(words, l.compare) }
