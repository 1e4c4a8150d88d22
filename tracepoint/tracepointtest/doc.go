// Package tracepointtest helps to test what switches trace points.
//
// [Conformance] checks any [pythia.TracePointController] against the contract; call it from a test of the controller's own package. [Recorder] is a
// controller in memory for tests of what uses one: it records the calls, fails when told to, and passes the conformance kit. [Clock] is
// a clock that stands still until it is advanced, for leases.
//
// Everything here is safe for concurrent use, takes no real time and starts no goroutine that outlives the test. Conformance reports what is
// wrong through the test, and skips, with the reason, what a controller does not offer.
package tracepointtest
