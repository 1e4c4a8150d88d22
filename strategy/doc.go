// Package strategy holds search strategies: which trace points to switch on next, so that an edge whose time varies falls into smaller ones.
//
//	strategy      per target and cycle                                  cycles to a point at depth d of n   costs   needs
//	[TopDown]     all calls directly inside the edge, best first        d                                   little  the calling contexts
//	[Hybrid]      a few of them, evenly spaced                          d·log(width)                        least   the calling contexts
//	[Flat]        a few points at any depth that split the edge evenly  log n                               little  the order of points
//	[Historic]    the few points that varied most when profiled         1, if the past repeats itself       little  a profile that was like now
//	[Exhaustive]  everything inside the edge                            1, if the budget allows             most    nothing
//	[Evidence]    the one point worth most for what it costs            1, if the profile has seen it,      least   a profile
//	                                                                    else about log n
//	[Bandit]      a few points, drawn by how they varied when profiled  1, if the past repeats itself       little  a profile: a baseline
//	[Random]      a few points at random                                n/2                                 little  nothing: a yardstick
//
// TopDown is still the default. The first four come from Pythia (Ates et al., "An automated, cross-layer instrumentation framework for diagnosing
// performance problems in distributed applications", SoCC 2019) and VAIF (Toslali et al., "Automating instrumentation choices for
// performance problems in distributed applications with VAIF", SoCC 2021), and differ from the published code where that departs from its papers: each
// type says how. Evidence is Pythia's own. Bandit follows the idea of Astraea (Toslali et al., 2024), with Thompson's sampling of 1933. Zero values are
// ready to use.
//
// # What lies inside
//
// All of them start from [pythia.SearchSpace].Inside the target's edge. A point that is always on, or on for the target, is passed by with all below
// it: workflows show its span, so that what varies in there would have been found there. So is a point that was tried: its span
// held all that lies below, and did not carry the variation. A point that is not in the State is passed through, to what it calls: no controller has it, or
// its layer's turn has not come.
//
// Targets are served in order; the budget may be used up by the first. Within a target each point is proposed once, also if it lies in several
// contexts. Those that take a few of many choose among points that the budget has room for, so that one that is passed too often is
// left out, and counted in [pythia.Decision].LeftOut, without standing in the way of others.
//
// # Bounds
//
// At most 10,000 contexts are looked at for a decision, nearest first, and equally many for each target: 3,333 if there are three. What lies beyond has
// its turn once what is nearer was tried. A decision takes O(c·(log c + log p)) time for c contexts looked at and p points.
//
// On two busy cores of 2.6 GHz it took up to 0.2 ms in the search space of OpenStack, with all the places that matter as targets. Among a million
// contexts of 100,000 points, with three targets inside which lies more than is looked at, it took 9 to 25 ms, and up to 35 for Exhaustive, which proposes
// all of it; TopDown and Hybrid, which go no deeper than they must, took 0.1 ms, and up to 38 and 18 where 10,000 calls lie side by side. If points
// above a target are off, the search space takes 2 to 4 ms to find it. TestDecisionsOpenStack and TestDecisionsMillion in benchmarks measure
// it, and fail at 10 and 50 ms.
//
// # Failure and concurrency
//
// Strategies keep no state and are safe for concurrent use. Errors are about their own fields only, such as a negative number; a State
// without targets, space or points gives an empty Decision. Two runs over the same State give the same Decision, Random's too.
//
// To write another, implement [pythia.SearchStrategy] and run strategytest.Conformance on it.
package strategy
