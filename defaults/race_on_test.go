//go:build race

package defaults_test

// raceDetector says that everything takes ten times as long: simulations are cut short.
const raceDetector = true
