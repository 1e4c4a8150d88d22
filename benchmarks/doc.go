// Package benchmarks measures what Pythia's trace points cost beside what one would use instead: OpenTelemetry's no-op provider, its SDK with nothing
// sampled, its SDK. All that is compared is measured in the same run, in turn. README.md has the figures and how to get them.
//
// The benchmarks are in the tests. TestBars fails if a figure that the project promises is missed, TestAllocations if anything that is off allocates
// more than it should.
//
// TestDecisionsOpenStack and TestDecisionsMillion hold how long search strategies take for a decision: 10 ms in the search space of OpenStack, 50 ms in one
// of a million contexts. The program in the folder evaluation measures how well they do, the one in the folder performance how fast all of Pythia is.
package benchmarks
