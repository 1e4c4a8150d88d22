// Package strategytest helps to test search strategies.
//
// [Conformance] checks any [pythia.SearchStrategy] against the contract; call it from a test of the strategy's own package. It reports which rule was
// broken, for which state, through the test. It takes about a second, a few with -race, for a strategy that looks at each context once, and leaves
// no goroutine behind unless a decision does not come to its end.
//
// [World] is a simulated application in which faults can be planted, to see how soon, and at what cost, a strategy finds them.
package strategytest
