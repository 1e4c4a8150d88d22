package searchspace

import (
	"fmt"
	"math"

	"github.com/pythia-trace/pythia"
)

const (
	defaultMaxNodes = 1 << 20
	largestMaxNodes = math.MaxInt32 - 1
	// longestName bounds a point's scope and its name, in bytes.
	longestName = 1 << 16
	// largestCount is what a file may say of workflows and spans; it leaves room to count on.
	largestCount = 1 << 60
)

// Config bounds a search space.
type Config struct {
	// MaxNodes is how many contexts are kept; zero means 1,048,576. In [CCT] one takes up to 83 bytes, besides the points' names.
	MaxNodes int
}

func (c Config) check() error {
	if c.MaxNodes < 0 || c.MaxNodes > largestMaxNodes {
		return fmt.Errorf("searchspace: MaxNodes is %d; it must lie between 0, for the default, and %d", c.MaxNodes, largestMaxNodes)
	}
	return nil
}

func (c Config) maxNodes() int {
	if c.MaxNodes == 0 {
		return defaultMaxNodes
	}
	return c.MaxNodes
}

// Stats says how much a search space holds, and what it had to leave out.
type Stats struct {
	Contexts  int
	Points    int
	Workflows int64
	// LeftOut counts the spans whose contexts were left out, for lack of room or because a name is too long.
	LeftOut int64
	// Full counts the times that a context in a workflow was not counted because its sums are full.
	Full int64
}

func tooLong(p pythia.TracePointID) bool {
	return len(p.Scope) > longestName || len(p.Name) > longestName
}
