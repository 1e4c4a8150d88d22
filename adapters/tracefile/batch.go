package tracefile

import "context"

const (
	batchBytes   = 256 << 10
	batchRecords = 512
	// maxKept bounds the memory that an empty batch keeps for the next records.
	maxKept = 4 << 20
)

// record is one line, one element, one message: bytes of its batch up to end.
type record struct {
	format format
	line   int
	seq    int // counts through all files, so that spans can be put back in the order in which they were read
	end    int
}

// batch is what goes from the reader to a worker at a time.
type batch struct {
	file    int
	name    string
	buf     []byte
	records []record
}

// batcher collects records in batches and hands them to the workers.
type batcher struct {
	ctx     context.Context
	full    chan<- *batch
	free    chan *batch
	current *batch
	file    int
	name    string
	seq     int
	// progress is called for every batch handed over.
	progress func()
}

// roomFor is [batcher.buffer] for a record of known size. It flushes what there is rather than have the buffer grow.
func (b *batcher) roomFor(size int) ([]byte, error) {
	buf := b.buffer()
	if len(buf) > 0 && len(buf)+size > cap(buf) {
		if err := b.flush(); err != nil {
			return nil, err
		}
		buf = b.buffer()
	}
	if len(buf) == 0 && cap(buf) < min(size, batchBytes) {
		b.current.buf = make([]byte, 0, batchBytes)
	}
	return b.current.buf, nil
}

// buffer returns where the next record is to be written: what is appended to it and given to [batcher.add] becomes the record.
func (b *batcher) buffer() []byte {
	if b.current == nil {
		select {
		case b.current = <-b.free:
		default:
			b.current = &batch{}
		}
		b.current.file, b.current.name = b.file, b.name
	}
	return b.current.buf
}

// add makes a record of what was appended to the buffer.
func (b *batcher) add(buf []byte, f format, line int) error {
	b.current.buf = buf
	b.current.records = append(b.current.records, record{f, line, b.seq, len(buf)})
	b.seq++
	if len(buf) < batchBytes && len(b.current.records) < batchRecords {
		return nil
	}
	return b.flush()
}

// flush hands over what there is.
func (b *batcher) flush() error {
	if b.current == nil || len(b.current.records) == 0 {
		return nil
	}
	select {
	case b.full <- b.current:
		b.current = nil
		b.progress()
		return nil
	case <-b.ctx.Done():
		return b.ctx.Err()
	}
}

// recycle takes back an empty batch.
func recycle(free chan<- *batch, b *batch) {
	if cap(b.buf) > maxKept {
		return
	}
	b.buf, b.records = b.buf[:0], b.records[:0]
	select {
	case free <- b:
	default:
	}
}
