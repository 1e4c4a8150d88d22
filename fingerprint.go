package pythia

import "strconv"

// Fingerprint tells sets of names apart: by how many there are, and by a 64-bit hash that is the same in every process and in whatever order they are
// added. Sets that differ have the same fingerprint with a chance of 2⁻⁶⁴. The zero value is the empty set's.
type Fingerprint struct {
	Size int
	Hash uint64
}

// AddPoint adds a point that is not in the set yet.
func (f *Fingerprint) AddPoint(p TracePointID) { f.add(uint64(hashPoint(p))) }

// AddString adds a string that is not in the set yet.
func (f *Fingerprint) AddString(s string) { f.add(uint64(RootContext.hashString(s))) }

func (f *Fingerprint) add(hash uint64) {
	f.Size++
	f.Hash += mix(hash) // sums of plain FNV hashes would meet too easily
}

// mix spreads a hash over all bits, as MurmurHash3 (Appleby, 2011) does in the end.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Append adds "size#hash", the hash as 16 hexadecimal digits, to b.
func (f Fingerprint) Append(b []byte) []byte {
	b = append(strconv.AppendInt(b, int64(f.Size), 10), '#')
	const digits = "0123456789abcdef"
	for shift := 60; shift >= 0; shift -= 4 {
		b = append(b, digits[f.Hash>>shift&15])
	}
	return b
}

// String returns "size#hash".
func (f Fingerprint) String() string { return string(f.Append(nil)) }
