package tracefile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf8"
)

// readerBuffer is the longest line that is not looked at byte by byte, and how much of a file decides on its format.
const readerBuffer = 1 << 20

// reader splits files into records, on the goroutine that called Read.
type reader struct {
	ctx   context.Context
	opts  Options
	out   *batcher
	br    *bufio.Reader
	src   io.Reader // which br reads from
	stats Stats
	whole []int // files read to their end without a problem
}

func (r *reader) readAll(files []string) {
	for i, name := range files {
		if r.ctx.Err() != nil {
			return
		}
		r.out.file, r.out.name = i, name
		if err := r.readFile(name); err != nil && r.ctx.Err() == nil {
			r.problem(lineOf(err), err.Error())
		}
		_ = r.out.flush() // fails only when cancelled
	}
}

// cutError is what ended the reading of a file in the middle.
type cutError struct {
	error
	line int
}

func (e cutError) Unwrap() error { return e.error }

// lineOf is the line where a file's reading ended; 0 where the file as a whole is meant.
func lineOf(err error) int {
	var cut cutError
	if errors.As(err, &cut) {
		return cut.line
	}
	return 0
}

func (r *reader) problem(line int, message string) {
	r.stats.problem(Problem{File: r.out.name, Line: line, Message: message, file: r.out.file})
}

func (r *reader) reject(line int, err error) {
	r.stats.Rejected++
	r.problem(line, err.Error())
}

func (r *reader) readFile(name string) error {
	src, err := open(r.ctx, name, r.opts.Stdin)
	if err != nil {
		return err
	}
	defer func() { _ = src.close() }()
	if name == "-" {
		r.opts.Stdin = nil // it can be read once
	}
	r.stats.Files++
	r.out.progress = func() { r.progress(src) }
	r.src = src
	r.br.Reset(src)
	rejected := r.stats.Rejected
	err = r.frame()
	if err == nil && r.stats.Rejected == rejected {
		r.whole = append(r.whole, r.out.file)
	}
	return err
}

func (r *reader) progress(src *source) {
	if r.opts.Progress != nil {
		r.opts.Progress(Progress{File: r.out.name, Bytes: src.stored.n.Load(), Size: src.size, Records: r.out.seq})
	}
}

// frame finds out what the file holds and splits it into records.
func (r *reader) frame() error {
	head, err := r.br.Peek(readerBuffer)
	if len(head) == 0 {
		if err == io.EOF {
			return errors.New("is empty")
		}
		return err
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) { // a byte order mark
		_, _ = r.br.Discard(3)
		head = head[3:]
	}
	s := scanner{br: r.br, limit: r.opts.MaxRecordBytes, line: 1, last: '\n'}
	if looksLikeJSON(head) {
		return r.frameJSON(s)
	}
	message, delimited := protoShape(head)
	switch {
	case message:
		return r.framer(s).message()
	case delimited:
		return r.framer(s).delimited()
	case utf8.Valid(head[:min(len(head), 512)]) && (bytes.Contains(head, []byte("\n{")) || bytes.Contains(head, []byte("\n["))):
		return r.frameJSON(s) // after a line of something else
	}
	return errUnknownFormat
}

// blockBuffer is how much of a file is read at a time where lengths say what to read: what is longer is read to where it is to lie.
const blockBuffer = 16 << 10

// framer returns what splits the rest of a file of protobuf, the part that was peeked at included.
func (r *reader) framer(s scanner) *protoFramer {
	peeked := io.LimitReader(r.br, int64(r.br.Buffered()))
	s.br = bufio.NewReaderSize(io.MultiReader(peeked, r.src), blockBuffer)
	return &protoFramer{s: s, out: r.out, reject: r.reject}
}

func (r *reader) frameJSON(s scanner) error {
	f := &jsonFramer{s: s, out: r.out, reject: r.reject}
	if err := f.run(); err != nil {
		return cutError{err, f.s.line}
	}
	return nil
}

// looksLikeJSON checks for the start of an object or a list, closely enough not to be fooled by protobuf, which may start with the
// bytes of a line end and a brace.
func looksLikeJSON(head []byte) bool {
	head = trimSpace(head)
	if len(head) == 0 || head[0] != '{' && head[0] != '[' {
		return false
	}
	object := head[0] == '{'
	head = trimSpace(head[1:])
	if len(head) == 0 {
		return true
	}
	switch head[0] {
	case '"':
		end := bytes.IndexAny(head[1:], "\"\n")
		return end < 0 || head[1+end] == '"'
	case '}':
		return object
	case '{', '[', ']':
		return !object
	}
	return false
}

func trimSpace(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }
