// Package searchspace holds search spaces: what trace points there are, where they are reached, and in which order.
//
// [CCT] is a calling context tree (Ammons, Ball and Larus, PLDI 1997), one node per distinct stack of trace points, here across services
// and layers, as Ates et al. (SoCC 2019) search it. It is what a search that goes down into the guilty edge asks. [Flat] is the alternative
// without hierarchy: per kind of root one list of points. Both implement [pythia.SearchSpace].
//
// Fill them from workflows in which everything was on, one request in N of a running system. Where a point is off its callees appear directly
// below its caller, which is another calling context. Ask about any workflow: see below how one in which points were off is found again.
//
// # Order
//
// Among the children of a context c, an edge lies between two events: the start or end of c itself, which set no bound, since
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
//
// Children are ordered by where their first span in a workflow starts, on average, as a fraction of the parent's work (until the last thing
// that it caused had ended), to 2⁻²⁴; ties by context.
//
// # Points that were off
//
// If the full workflow is A > B > C > D > E and B and D are off, what is observed is A > C > E, and in the stack A, C the edge from the start of C to
// that of E. In the tree, [CCT.Inside] finds it in two steps.
//
// The stack. If it is that of a context c, c is the only match. Otherwise every context matches whose point is the stack's last and whose ancestors
// have the other points in that order, whatever is between, above the first one too. All matches count, those with the fewest points besides
// the stack's first, ties by context. None has another one below, for no point is twice on a stack of the tree: recursion is folded, in the
// stack given, too. [CCT.Find] returns the matches themselves.
//
// The events. One of the stack's last point, or without a stack of the workflow, sets no bound. Another one is looked for among the match's
// children; if it is not there, one level deeper, and so on to the first level that has its point. All places on that level count. Where
// the ways to both events part, they are resolved as above, below the last context on both ways: an event in the child k is an event of k if it
// is k's own, and otherwise
//
//	k itself lies inside the edge in part (its end comes after, or its start before), and
//	from below i is from the end of i, and to below j is to the start of j
//
// So whatever overlaps the rest of i is not returned, but i is, and splits the edge. Further up, a child that both ways lead through is returned only
// if it precedes itself, as in a loop, where the edge can lead from one iteration to the next; with what can come between the two. The
// outermost contexts come first.
//
// If an event is not found below the exact context, or nothing was ever seen below it, other matches are tried. Matches that lack an event are left
// out if any has both. If none has, all children of the exact one are returned, else of all matches. This is also so for an event of a point further
// up the stack, to which recursion led back. If nothing matches, the answer is nil.
//
// What was hidden in an edge is so returned, or the outermost thing around it that splits the edge, if
//
//   - the space knows the full workflow's contexts, up to 32 children each;
//   - no point that was off was called again, directly or not, within itself: folded, the stack would then be another one;
//   - the observed stack is not by chance that of another context that has both events below, nor is an event's point nearer below the
//     match: with A > C and A > B > C both seen, A, C means the former;
//   - it did not overlap, in time, the children around both ends of the edge.
//
// A hidden point that overlaps what is on is in no edge as defined above, also with one point off. What is returned can be on: a sibling in parallel,
// one of a loop, or, for a stack that stands for several contexts, one of a context that was not meant.
//
// # Numbers
//
// Seconds, from a span's start until the last thing that it caused had ended: a call that hands work over is soon over itself. Workflows, spans,
// mean and order are exact sums and do not depend on the order of workflows or merges. The standard deviation (merged after Chan, Golub and
// LeVeque 1979) and the share of the caller do, for what they come from is rounded after every workflow and merge.
// A span within a span of the same context, recursion, counts as a span; its time is part of the outer one's.
//
// The share is, over the n workflows that have the caller,
//
//	Cov(x, p) / Var(p) = (Σ x·p − p̄·Σ x) / Σ (p − p̄)²
//
// for the times x of a context, 0 where it is absent, and p of its caller. The caller of a root is the workflow as a whole; in Flat it is that for
// every point, over the workflows that have the list's root, so that shares there are of the total. A tree keeps Σ x·p to 41 significant bits
// and the sums of squares to 33; Flat keeps all 53. With s = sd(p) / p̄ the tree is so exact to
//
//	10⁻¹⁰ √n                   relatively, in the standard deviation, where that is over 10⁻⁶ of the mean
//	(10⁻¹⁰ + 5·10⁻¹³/s²) √n    in the share, if x̄ ≤ p̄ and the share is at most 1; else so much more as these are larger
//
// In a million workflows with s = 0.01 the share was off by 6·10⁻⁷. In workflows so regular that every addend is rounded alike, errors grow as n
// does and not as its root: 2·10⁻⁵ after two million of two kinds. Where s is below 10⁻⁴ the caller counts as one that never varied, and
// the share is 0.
//
// # Bounds and failure
//
// Contexts beyond [Config].MaxNodes, and those of points whose names exceed 64 KiB, are left out with all below them; [Stats] counts their spans.
// A context with 2²⁴ − 1 workflows (2³² − 1 in Flat), 2³² − 1 spans or 584 years of time counts no more; Stats counts that, too. Nor does what it
// calls, so that shares stay right; its own share is from then on as if it were absent, if its caller goes on. Files that are damaged or
// from another version give [ErrCorrupt] and [ErrVersion]. Everything is safe for concurrent use; a file is written from a snapshot, so that
// a slow disk holds up nobody.
//
// A context takes up to 63 bytes, the index of contexts included, besides the names of its points; where siblings do not lie together in memory, as those
// do that were first seen in one workflow or came from a file or a merge, their list takes up to 20 more. A question waits for memory four times,
// and once more for such a list, one after the other: for the index, the context, its children, all at once, and where their points are. With ten
// children that is about 1.2 µs among a million contexts, or 1.7 µs with a list; 25 ns of it for each point of the stack. Only if that
// does not answer it, one question looks at up to 100,000 contexts for the stack, and at as many for the events, whole families at a time:
// 0.3 ms in a tree of 10,000, and up to 10 ms in a large one. What lies beyond counts as not there; of the contexts equally near those are
// found first that were first seen.
package searchspace
