//go:build race

package localize

// raceDetector says that everything takes ten times as long: simulations are cut short.
const raceDetector = true
