package otlp

import "github.com/pythia-trace/pythia"

// chunkLength is how many attributes, events or links are allocated at a time. Each allocation costs, the more the smaller they are; but whoever keeps one
// of a chunk keeps all, and what is larger than 32 KiB the runtime allocates with more effort again.
const chunkLength = 512

// slab makes slices one after the other out of few allocations. Slices of one chunk keep each other alive.
type slab[T any] struct {
	chunk []T
	start int // of the slice in the making
}

// next adds an element to the slice in the making and returns it; it is the zero value.
func (s *slab[T]) next() *T {
	if len(s.chunk) == cap(s.chunk) {
		made := s.chunk[s.start:]
		s.chunk, s.start = append(make([]T, 0, max(chunkLength, 2*len(made))), made...), 0
	}
	s.chunk = s.chunk[:len(s.chunk)+1]
	return &s.chunk[len(s.chunk)-1]
}

// undo takes back the element added last.
func (s *slab[T]) undo() {
	var zero T
	s.chunk[len(s.chunk)-1] = zero
	s.chunk = s.chunk[:len(s.chunk)-1]
}

// cut ends the slice in the making and returns it; nil if nothing was added. Appending to it does not reach what follows.
func (s *slab[T]) cut() []T {
	made := s.chunk[s.start:len(s.chunk):len(s.chunk)]
	s.start = len(s.chunk)
	if len(made) == 0 {
		return nil
	}
	return made
}

// drop takes back the slice in the making.
func (s *slab[T]) drop() {
	clear(s.chunk[s.start:])
	s.chunk = s.chunk[:s.start]
}

// reuse has the memory serve again; nobody uses it any more.
func (s *slab[T]) reuse() {
	clear(s.chunk)
	s.chunk, s.start = s.chunk[:0], 0
}

// slabs are what spans have any number of.
type slabs struct {
	encoded           slab[encodedAttrs]
	attrs, eventAttrs slab[pythia.Attr]
	events            slab[pythia.SpanEvent]
	links             slab[pythia.Link]
	ids               hexer
}

// reuse has the memory serve again; nobody uses it any more.
func (s *slabs) reuse() {
	s.encoded.reuse()
	s.attrs.reuse()
	s.eventAttrs.reuse()
	s.events.reuse()
	s.links.reuse()
	s.ids.free = s.ids.chunk
}

// drop takes back what a span had that is of no use.
func (s *slabs) drop() {
	s.attrs.drop()
	s.eventAttrs.drop()
	s.events.drop()
	s.links.drop()
}
