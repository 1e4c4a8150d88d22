//go:build !race

// Package race tells tests whether they run under the race detector.
package race

// Enabled is false: nothing is slowed down.
const Enabled = false
