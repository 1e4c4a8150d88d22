package tracefile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// jsonFramer splits a file of JSON into records: the lines of JSON lines, the elements of a document's list, or else whole documents.
type jsonFramer struct {
	s      scanner
	out    *batcher
	reject func(line int, err error)
	kinds  classifier
	lines  bool // the file has shown itself to be JSON lines
}

// elementsOf is a document's member that is read element by element.
type elementsOf struct {
	format        format
	before, after string // what makes a record of an element
}

func listOf(member string) (elementsOf, bool) {
	switch member {
	case `"resourceSpans"`, `"resource_spans"`:
		return elementsOf{otlpJSON, `{"resourceSpans":[`, `]}`}, true
	case `"data"`:
		return elementsOf{jaegerJSON, "", ""}, true
	}
	return elementsOf{}, false
}

// run reads to the end; the error is the source's, nil at its regular end.
func (f *jsonFramer) run() error {
	for {
		c, err := f.s.peek()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if f.lines {
			err = f.line()
		} else {
			err = f.document(c)
		}
		if err != nil {
			return err
		}
	}
}

// document reads a value that may go over many lines. If it did not, and its line ends with it, the file is taken for JSON lines.
func (f *jsonFramer) document(c byte) error {
	line := f.s.line
	err := f.value(c)
	if err == nil {
		f.lines = f.s.line == line && f.lineEnds()
		return nil
	}
	return f.recover(err)
}

// lineEnds reports whether nothing but white space is left of the line.
func (f *jsonFramer) lineEnds() bool {
	f.s.oneLine = true
	_, err := f.s.peek()
	f.s.oneLine = false
	return err == unexpectedError('\n')
}

// recover goes on after a broken value at the next line that looks like the start of one.
func (f *jsonFramer) recover(err error) error {
	var unexpected unexpectedError
	if err != errCut && !errors.As(err, &unexpected) {
		return err
	}
	f.reject(f.s.line, err)
	for {
		if c, err := f.s.br.Peek(1); err != nil {
			return eofIsEnd(err)
		} else if f.s.last == '\n' && (c[0] == '{' || c[0] == '[') {
			return nil
		}
		if err := f.skipLine(); err != nil {
			return eofIsEnd(err)
		}
	}
}

func eofIsEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

func (f *jsonFramer) skipLine() error {
	for {
		_, err := f.s.br.ReadSlice('\n')
		if err == nil {
			f.s.consumed('\n')
			return nil
		}
		if err != bufio.ErrBufferFull {
			return err
		}
	}
}

// line makes a record of a line as it is. One longer than the reader's buffer is taken apart like a document.
func (f *jsonFramer) line() error {
	text, err := f.peekLine()
	if text == nil && err == nil {
		f.s.oneLine = true
		c, _ := f.s.peek()
		err = f.value(c)
		f.s.oneLine = false
		if err != nil {
			return f.recover(err)
		}
		return nil
	}
	if err != nil && err != io.EOF && !json.Valid(text) {
		return err // cut off in this line
	}
	if len(text) > f.s.limit {
		f.reject(f.s.line, errTooLong)
	} else if full := f.out.add(append(f.out.buffer(), text...), unknown, f.s.line); full != nil {
		return full
	}
	_, _ = f.s.br.Discard(len(text))
	f.s.last = ' '
	return eofIsEnd(err)
}

// peekLine returns the rest of the line without its end; nothing, if it does not fit into the reader's buffer.
func (f *jsonFramer) peekLine() ([]byte, error) {
	seen := 0
	for {
		text, _ := f.s.br.Peek(f.s.br.Buffered())
		if n := bytes.IndexByte(text[seen:], '\n'); n >= 0 {
			return text[:seen+n], nil
		}
		seen = len(text)
		if seen == f.s.br.Size() {
			return nil, nil
		}
		if _, err := f.s.br.Peek(seen + 1); err != nil {
			text, _ = f.s.br.Peek(f.s.br.Buffered())
			return text, err
		}
	}
}
