//go:build race

package race

// Enabled says that everything takes about ten times as long: simulations are cut short, for the detector is there for races.
const Enabled = true
