//go:build !race

package localize

const raceDetector = false
