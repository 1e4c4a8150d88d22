package osprofiler

import (
	"fmt"
	"time"
)

// parseTime reads OSProfiler's timestamps: UTC without saying so, with or without a fraction of seconds.
func parseTime(s string) (nanos int64, err error) {
	t, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		if t, err = time.Parse(time.RFC3339, s); err != nil {
			return 0, fmt.Errorf("osprofiler: timestamp %.40q is not of the form 2026-11-23T01:01:10.467783", s)
		}
	}
	if y := t.Year(); y < 1970 || y > 2261 {
		return 0, fmt.Errorf("osprofiler: timestamp %.40q lies outside the years 1970 to 2261", s)
	}
	return t.UnixNano(), nil
}
