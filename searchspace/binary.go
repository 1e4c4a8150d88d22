package searchspace

import (
	"bytes"
	"encoding"
)

var (
	_ encoding.BinaryMarshaler   = (*CCT)(nil)
	_ encoding.BinaryUnmarshaler = (*CCT)(nil)
)

// MarshalBinary returns what [CCT.Save] writes.
func (c *CCT) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	if err := c.Save(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// UnmarshalBinary replaces what the tree holds, its counts included, by what [CCT.Save] wrote; unlike [Load] it keeps the tree's own bound, beyond
// which contexts are left out and counted. Errors are those of Load, and leave the tree as it was.
func (c *CCT) UnmarshalBinary(data []byte) error {
	loaded, err := Load(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if c.config.maxNodes() != loaded.config.maxNodes() {
		bounded := &CCT{config: c.config}
		bounded.Merge(loaded)
		loaded = bounded
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tree, c.index = loaded.tree, loaded.index
	c.workflows, c.leftOut, c.full = loaded.workflows, loaded.leftOut, loaded.full
	return nil
}
