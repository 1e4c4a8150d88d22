package tracefile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
)

// source is a file being read, decompressed.
type source struct {
	io.Reader
	stored *countingReader
	size   int64 // as stored; 0 if unknown
	close  func() error
}

type countingReader struct {
	io.Reader
	n atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// open opens a file, or standard input, and finds out whether it is compressed.
func open(ctx context.Context, name string, stdin io.Reader) (*source, error) {
	src := &source{close: func() error { return nil }}
	if name == "-" {
		if stdin == nil {
			return nil, errors.New("standard input is not available; give a file")
		}
		if !inMemory(stdin) {
			stdin = newInterruptible(ctx, stdin)
		}
		src.stored = &countingReader{Reader: stdin}
		return src, src.decompress()
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("is a folder; give its files")
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	src.size, src.close = info.Size(), f.Close
	src.stored = &countingReader{Reader: f}
	if err := src.decompress(); err != nil {
		_ = f.Close()
		return nil, err
	}
	return src, nil
}

// inMemory reports whether a reader has all that it will ever give, so that it cannot hang.
func inMemory(r io.Reader) bool {
	switch r.(type) {
	case *bytes.Buffer, *bytes.Reader, *strings.Reader:
		return true
	}
	return false
}

func (s *source) decompress() error {
	br := bufio.NewReader(s.stored) // a small buffer: larger reads go past it
	s.Reader = br
	magic, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			return fmt.Errorf("gzip data that cannot be read: %w", err)
		}
		s.Reader = gzipReader{z}
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return errors.New("compressed with zstd, which is not read; decompress it first")
	}
	return nil
}

// gzipReader says of its errors that they are its own.
type gzipReader struct{ z *gzip.Reader }

func (g gzipReader) Read(p []byte) (int, error) {
	n, err := g.z.Read(p)
	switch err {
	case nil, io.EOF:
		return n, err
	case io.ErrUnexpectedEOF:
		return n, errors.New("the gzip data ends too early, the file is cut off; what precedes the cut is used")
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return n, err
	}
	return n, fmt.Errorf("the gzip data is damaged; what precedes the damage is used: %w", err)
}
