//go:build !race

package cca_test

const raceDetector = false
