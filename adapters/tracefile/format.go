package tracefile

import (
	"bufio"
	"bytes"
	"errors"
)

// format is what a record is made of.
type format uint8

const (
	unknown format = iota
	otlpJSON
	otlpProto
	jaegerJSON
	zipkinJSON
	osprofilerTrace
	osprofilerPoint // one notification, an element of a list that is a trace
)

var errUnknownFormat = errors.New("unknown format; OTLP (protobuf, JSON), Jaeger JSON, Zipkin v2 JSON and OSProfiler JSON are read, gzipped or not")

// formatOf tells what an object is by the name of a member; most names tell nothing.
func formatOf(member string) format {
	switch member {
	case "resourceSpans", "resource_spans":
		return otlpJSON
	case "data", "traceID", "spans", "processes":
		return jaegerJSON
	case "traceId", "localEndpoint":
		return zipkinJSON
	case "points", "children", "stats":
		return osprofilerTrace
	case "trace_id":
		return osprofilerPoint
	}
	return unknown
}

// classifier looks at records' outermost members until one tells the format.
type classifier struct {
	text bytes.Reader
	s    scanner
	skip []byte
}

// classify returns unknown for what is no such object, JSON or not. A list is what its first element is.
func (c *classifier) classify(record []byte) format {
	c.text.Reset(record)
	if c.s.br == nil {
		c.s.br = bufio.NewReaderSize(&c.text, 256)
	}
	c.s.br.Reset(&c.text)
	c.s.limit = len(record)
	list := false
	for {
		b, err := c.s.peek()
		if err != nil || b != '[' && b != '{' {
			return unknown
		}
		c.s.discard()
		if b == '{' {
			break
		}
		list = true
	}
	f := c.object()
	if f != osprofilerPoint {
		return f
	}
	if list {
		return osprofilerTrace
	}
	return osprofilerPoint
}

// object goes through the members of an object whose brace has been read.
func (c *classifier) object() format {
	for {
		b, err := c.s.peek()
		if b == ',' {
			c.s.discard()
			continue
		}
		if err != nil || b != '"' {
			return unknown
		}
		if c.skip, err = c.s.value(c.skip[:0]); err != nil {
			return unknown
		}
		if f := formatOf(string(bytes.Trim(c.skip, `"`))); f != unknown {
			return f
		}
		if b, err = c.s.peek(); err != nil || b != ':' {
			return unknown
		}
		c.s.discard()
		if c.skip, err = c.s.value(c.skip[:0]); err != nil {
			return unknown
		}
	}
}
