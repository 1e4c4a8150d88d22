package osprofiler

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia/adapters/partial"
)

// node is a span in the tree that `osprofiler trace show --json` prints.
type node struct {
	TraceID  string                     `json:"trace_id"`
	ParentID string                     `json:"parent_id"`
	Info     map[string]json.RawMessage `json:"info"`
	Children []node                     `json:"children"`
}

const payloadPrefix = "meta.raw_payload."

// tree makes the trace out of the notifications that the tree's nodes hold, or stand for.
func (d *Decoder) tree(out *partial.Record) {
	var points []*notification
	origin, known := int64(0), false
	for n := range walk(d.doc.Children) {
		exact := n.payloads()
		points = append(points, exact...)
		if started, ok := n.millis("started"); ok && len(exact) > 0 && !known {
			if nanos, err := parseTime(exact[0].Timestamp); err == nil {
				origin, known = nanos-started, true
			}
		}
	}
	for n := range walk(d.doc.Children) {
		if !n.hasPayload() {
			points = append(points, n.stand(origin)...)
		}
	}
	d.trace(out, d.treeBase(points), points)
}

// treeBase finds the trace's ID: what the notifications say, else the parent of the topmost nodes.
func (d *Decoder) treeBase(points []*notification) string {
	if d.doc.BaseID != "" {
		return d.doc.BaseID
	}
	for _, p := range points {
		if p.BaseID != "" {
			return p.BaseID
		}
	}
	for i := range d.doc.Children {
		if id := d.doc.Children[i].ParentID; id != "" {
			return id
		}
	}
	return ""
}

// walk visits nodes, parents before children.
func walk(nodes []node) func(yield func(*node) bool) {
	return func(yield func(*node) bool) {
		var stack []*node
		push := func(nodes []node) {
			for i := range slices.Backward(nodes) {
				stack = append(stack, &nodes[i])
			}
		}
		for push(nodes); len(stack) > 0; {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !yield(n) {
				return
			}
			push(n.Children)
		}
	}
}

func (n *node) hasPayload() bool {
	for key, raw := range n.Info {
		if strings.HasPrefix(key, payloadPrefix) && len(raw) > 0 && raw[0] == '{' {
			return true
		}
	}
	return false
}

// payloads returns the notifications as they were sent, the start first. They are sorted by key: "-start" precedes "-stop".
func (n *node) payloads() []*notification {
	var keys []string
	for key, raw := range n.Info {
		if strings.HasPrefix(key, payloadPrefix) && len(raw) > 0 && raw[0] == '{' {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	points := make([]*notification, 0, len(keys))
	for _, key := range keys {
		p := &notification{}
		_ = json.Unmarshal(n.Info[key], p) // valid JSON; a field of the wrong type stays empty and is found missing later
		if p.Name == "" {
			p.Name = strings.TrimPrefix(key, payloadPrefix)
		}
		n.complete(p)
		points = append(points, p)
	}
	return points
}

// complete adds what the node says and the notification does not.
func (n *node) complete(p *notification) {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&p.TraceID, n.TraceID)
	fill(&p.ParentID, n.ParentID)
	fill(&p.Project, n.text("project"))
	fill(&p.Service, n.text("service"))
	if len(p.Info) == 0 && len(n.Info["host"]) > 0 {
		p.Info, _ = json.Marshal(map[string]json.RawMessage{"host": n.Info["host"]})
	}
}

// stand makes the two notifications that a node without raw payloads stands for.
func (n *node) stand(origin int64) []*notification {
	name := n.text("name")
	started, ok := n.millis("started")
	start := &notification{Name: name + "-start", nanos: place(origin, started)}
	n.complete(start)
	if !ok {
		start.nanos = 0 // its empty timestamp is found unreadable
	}
	finished, ok := n.millis("finished")
	if !ok {
		return []*notification{start}
	}
	stop := &notification{Name: name + "-stop", nanos: place(origin, finished)}
	n.complete(stop)
	return []*notification{start, stop}
}

// place avoids 0, which stands for a timestamp not yet read.
func place(origin, offset int64) int64 { return max(1, origin+offset) }

func (n *node) text(key string) string {
	var s string
	_ = json.Unmarshal(n.Info[key], &s)
	return s
}

// millis returns a time given in milliseconds, in nanoseconds.
func (n *node) millis(key string) (nanos int64, ok bool) {
	var ms float64
	raw := n.Info[key]
	if len(raw) == 0 || raw[0] == 'n' || json.Unmarshal(raw, &ms) != nil || math.Abs(ms) > 1e12 {
		return 0, false
	}
	return int64(ms * 1e6), true
}
