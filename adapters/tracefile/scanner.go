package tracefile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxDepth is how deep encoding/json lets values nest.
const maxDepth = 10000

var (
	errTooLong = errors.New("record too long; raise MaxRecordBytes to read it")
	errCut     = errors.New("ends in the middle of a JSON value")
)

// unexpectedError is a byte that cannot stand where it does. It has not been consumed.
type unexpectedError byte

func (e unexpectedError) Error() string {
	if e == '\n' {
		return "not valid JSON: the line ends in the middle of a value"
	}
	return fmt.Sprintf("not valid JSON: unexpected %q", byte(e))
}

// scanner splits a stream into JSON values without understanding them: it checks no more than that brackets match and come where
// a value may come, which is enough to notice where a broken record ends. The decoders check the rest.
type scanner struct {
	br      *bufio.Reader
	limit   int  // bytes of a value
	line    int  // of the next byte
	last    byte // the last byte consumed
	oneLine bool // values must not go beyond their line
	open    []byte
}

// discard consumes the byte that was peeked at.
func (s *scanner) discard() { s.last, _ = s.br.ReadByte() }

// peek skips white space and returns the next byte. Other errors than unexpectedError are those of the source.
func (s *scanner) peek() (byte, error) {
	for {
		c, err := s.br.ReadByte()
		if err != nil {
			return 0, err
		}
		switch {
		case c == '\n' && s.oneLine:
			return 0, s.unread(c)
		case isSpace(c):
			s.consumed(c)
		default:
			return c, s.br.UnreadByte()
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func (s *scanner) consumed(c byte) {
	s.last = c
	if c == '\n' {
		s.line++
	}
}

func (s *scanner) unread(c byte) error {
	_ = s.br.UnreadByte() // cannot fail: a byte has just been read
	return unexpectedError(c)
}

// value appends the value that starts with the next byte to dst. A value over the limit is consumed whole and gives errTooLong.
func (s *scanner) value(dst []byte) ([]byte, error) {
	v := capture{buf: dst, start: len(dst), limit: s.limit}
	c, err := s.br.ReadByte()
	if err != nil {
		return dst, ended(err)
	}
	s.consumed(c)
	v.add(c)
	switch c {
	case '{', '[':
		err = s.composite(&v, c)
	case '"':
		err = s.string(&v)
	case '}', ']', ',', ':':
		err = s.unread(c)
	default:
		err = s.scalar(&v)
	}
	if err != nil {
		return dst, err
	}
	return v.done()
}

// composite captures the rest of an object or a list.
func (s *scanner) composite(v *capture, before byte) error {
	s.open = append(s.open[:0], before)
	for len(s.open) > 0 {
		c, err := s.br.ReadByte()
		if err != nil {
			return ended(err)
		}
		if !s.fits(before, c) {
			return s.unread(c)
		}
		s.consumed(c)
		v.add(c)
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		case '"':
			if err := s.string(v); err != nil {
				return err
			}
		case '{', '[':
			s.open = append(s.open, c)
		case '}', ']':
			s.open = s.open[:len(s.open)-1]
		}
		before = c
	}
	return nil
}

// fits reports whether a byte may follow the one before it within an object or a list.
func (s *scanner) fits(before, c byte) bool {
	inside := s.open[len(s.open)-1]
	switch c {
	case '{', '[':
		return (before == ':' || before == '[' || before == ',' && inside == '[') && len(s.open) < maxDepth
	case '}':
		return inside == '{'
	case ']':
		return inside == '['
	case '"':
		return before == ':' || before == ',' || before == inside
	case '\n':
		return !s.oneLine
	}
	return true
}

// string captures the rest of a string, in runs as long as the reader's buffer allows.
func (s *scanner) string(v *capture) error {
	for {
		if _, err := s.br.Peek(1); err != nil {
			return ended(err)
		}
		run, _ := s.br.Peek(s.br.Buffered())
		n := bytes.IndexAny(run, "\"\\\n")
		if n < 0 {
			n = len(run)
		}
		v.addAll(run[:n])
		_, _ = s.br.Discard(n)
		if n == len(run) {
			continue
		}
		c, _ := s.br.ReadByte()
		if c == '\n' {
			return s.unread(c)
		}
		s.last = c
		v.add(c)
		if c == '"' {
			return nil
		}
		if c, err := s.br.ReadByte(); err != nil { // what is escaped
			return ended(err)
		} else if c == '\n' {
			return s.unread(c)
		} else {
			v.add(c)
		}
	}
}

// scalar captures the rest of a number or a word.
func (s *scanner) scalar(v *capture) error {
	for {
		c, err := s.br.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if isSpace(c) || c == ',' || c == '}' || c == ']' || c == ':' {
			return s.br.UnreadByte()
		}
		s.last = c
		v.add(c)
	}
}

// ended makes the end of the input within a value an error of its own.
func ended(err error) error {
	if err == io.EOF {
		return errCut
	}
	return err
}

// capture collects a value up to a limit.
type capture struct {
	buf          []byte
	start, limit int
	tooLong      bool
}

func (v *capture) add(c byte) {
	if len(v.buf)-v.start >= v.limit {
		v.drop()
	}
	v.buf = append(v.buf, c)
}

func (v *capture) addAll(run []byte) {
	if len(v.buf)-v.start+len(run) > v.limit {
		v.drop()
		run = run[:min(len(run), v.limit)]
	}
	v.buf = append(v.buf, run...)
}

func (v *capture) drop() { v.buf, v.tooLong = v.buf[:v.start], true }

func (v *capture) done() ([]byte, error) {
	if v.tooLong {
		return v.buf[:v.start], errTooLong
	}
	return v.buf, nil
}
