package osprofiler

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pythia-trace/pythia/adapters/internal/flatjson"
	"github.com/pythia-trace/pythia/adapters/internal/intern"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// maxReused bounds the notifications whose memory is kept from one record to the next.
const maxReused = 1 << 16

// Decoder reads records. The zero value is ready to use; it remembers strings from one record to the next and serves one goroutine.
type Decoder struct {
	doc     document
	strings intern.Table
	flat    flatjson.Flattener
	pairs   pairing
	name    []byte
}

// document is an object of either shape.
type document struct {
	BaseID   string         `json:"base_id"`
	Type     string         `json:"type"`
	Points   []notification `json:"points"`
	Children []node         `json:"children"`
}

// notification is what a trace point reported.
type notification struct {
	Name      string          `json:"name"`
	BaseID    string          `json:"base_id"`
	TraceID   string          `json:"trace_id"`
	ParentID  string          `json:"parent_id"`
	Timestamp string          `json:"timestamp"`
	Project   string          `json:"project"`
	Service   string          `json:"service"`
	Info      json.RawMessage `json:"info"`

	nanos int64
}

// Decode reads one record, JSON of any of the three shapes. The error is for a record that is no such JSON; a field of the wrong type
// is rejected and read as absent.
func (d *Decoder) Decode(record []byte) (partial.Record, error) {
	d.flat.Strings = &d.strings
	d.reset()
	var out partial.Record
	var target any = &d.doc
	list := bytes.HasPrefix(bytes.TrimLeft(record, " \t\r\n"), []byte("["))
	if list {
		target = &d.doc.Points
	}
	var wrongType *json.UnmarshalTypeError
	switch err := json.Unmarshal(record, target); {
	case errors.As(err, &wrongType):
		out.Reject(fmt.Errorf("osprofiler: %w; the field is left out", err))
	case err != nil:
		return out, fmt.Errorf("osprofiler: not valid JSON: %w", err)
	}
	switch {
	case d.doc.Children != nil:
		d.tree(&out)
	case d.doc.Points != nil:
		d.lists(&out)
	case wrongType == nil:
		return out, errors.New(`osprofiler: neither "points" nor "children" found; give a trace's notifications or what trace show --json prints`)
	}
	return out, nil
}

// reset empties the document but keeps its memory.
func (d *Decoder) reset() {
	points := d.doc.Points[:cap(d.doc.Points)]
	if len(points) > maxReused {
		points = nil
	}
	for i := range points {
		points[i] = notification{Info: points[i].Info[:0]}
	}
	d.doc = document{Points: points[:0]}
}

// lists makes a trace of each base ID's notifications. The record's base ID stands for all of its notifications.
func (d *Decoder) lists(out *partial.Record) {
	at := map[string]int{}
	var points [][]*notification
	var order []string
	for i := range d.doc.Points {
		p := &d.doc.Points[i]
		base := d.doc.BaseID
		if base == "" {
			base = p.BaseID
		}
		k, ok := at[base]
		if !ok {
			k = len(order)
			at[base], order, points = k, append(order, base), append(points, nil)
		}
		points[k] = append(points[k], p)
	}
	for k, base := range order {
		d.trace(out, base, points[k])
	}
}

// trace adds the trace that some notifications make, if they make one.
func (d *Decoder) trace(out *partial.Record, base string, points []*notification) {
	if base == "" {
		for _, p := range points {
			out.Reject(fmt.Errorf("osprofiler: notification %q has no base_id; the trace it belongs to is unknown", p.Name))
		}
		return
	}
	usable := points[:0]
	for _, p := range points {
		if err := p.check(); err != nil {
			out.Reject(err)
			continue
		}
		usable = append(usable, p)
	}
	if spans := d.spans(out, base, usable); len(spans) > 0 {
		out.Traces = append(out.Traces, partial.Trace{ID: base, RequestType: d.strings.String(d.doc.Type), Spans: spans})
	}
}

// check reads the timestamp; a notification without it, or without an ID, is of no use.
func (p *notification) check() (err error) {
	if p.TraceID == "" {
		return fmt.Errorf("osprofiler: notification %q has no trace_id; it names the span", p.Name)
	}
	if p.nanos != 0 {
		return nil
	}
	p.nanos, err = parseTime(p.Timestamp)
	return err
}
