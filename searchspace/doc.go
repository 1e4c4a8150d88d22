// Package searchspace holds search spaces: what trace points there are, where they are reached, and in which order.
//
// [CCT] is a calling context tree (Ammons, Ball and Larus, PLDI 1997), one node per distinct stack of trace points, here across services
// and layers, as Ates et al. (SoCC 2019) search it. It is what a search that goes down into the guilty edge asks. [Flat] is the alternative
// without hierarchy: per kind of root one list of points. Both implement [pythia.SearchSpace].
//
// Fill them from workflows in which everything was on, one request in N of a running system. Where a point is off its callees appear directly
// below its caller, which is another calling context.
//
// # Order
//
// Inside(c, from, to) returns children of c for an edge between two events: the start or end of c itself, which set no bound, since
// whatever c caused lies between them even after c's own end, or of its children. Sibling i precedes sibling k if, in any workflow and below
// one parent span, some span of i was seen to end at or before the start of some span of k. A child k lies inside
//
//	from the end of i     if i precedes k
//	from the start of i   unless k precedes i and i never precedes k
//	to the start of j     if k precedes j
//	to the end of j       unless j precedes k and k never precedes j
//
// The edges of a critical path run from the start of c or a child's end to a child's start or the end of c. For them nothing that was
// seen between the two events is left out; siblings seen in both orders, as all in a loop are, precede each other and so count as inside.
// Comparing what was seen together, and not average times, keeps optional calls in their place, however long the others took.
// The relation is kept for contexts with up to 32 children (1,024 in Flat); with more, the one that starts earlier on average precedes.
// An event of a point that is neither c's nor a child's gives nil, also one of a point further up the stack, to which recursion led back.
//
// Children are ordered by where their first span in a workflow starts, on average, as a fraction of the parent's work (until the last thing
// that it caused had ended); ties by context.
//
// # Numbers
//
// Seconds. Workflows, spans, mean and order are exact sums and do not depend on the order of workflows or merges; the standard deviation
// (merged after Chan, Golub and LeVeque 1979) does, by a relative 10⁻⁹ where it is over 10⁻⁶ of the mean. A span within a span of
// the same context, recursion, counts as a span; its time is part of the outer one's.
//
// # Bounds and failure
//
// Contexts beyond [Config].MaxNodes, and those of points whose names exceed 64 KiB, are left out with all below them; [Stats] counts their spans.
// A context with 2³² − 1 workflows or spans or 584 years of time counts no more; Stats counts that, too. Files that are damaged or from
// a newer version give [ErrCorrupt] and [ErrVersion]. Everything is safe for concurrent use; a file is written from a snapshot, so that a slow disk
// holds up nobody.
//
// A context takes up to 63 bytes, the index of contexts included, besides the names of its points. A question costs some cache misses: among a
// million contexts about 1.5 µs for ten children that lie together in memory, as those do that were first seen in one workflow or came
// from a file or a merge, and twice that for scattered ones.
package searchspace
