//go:build !race

package defaults_test

const raceDetector = false
