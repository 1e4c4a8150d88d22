//go:build !race

package strategytest_test

const raceDetector = false
