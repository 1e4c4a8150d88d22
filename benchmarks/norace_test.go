//go:build !race

package benchmarks

const race = false
