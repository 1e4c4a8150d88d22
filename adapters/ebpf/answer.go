package ebpf

// Answer says whether there is something.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota // it could not be found out
	No
	Yes
)

// String returns "unknown", "no" or "yes".
func (a Answer) String() string {
	switch a {
	case No:
		return "no"
	case Yes:
		return "yes"
	}
	return "unknown"
}
