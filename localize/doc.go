// Package localize finds where the durations of requests that should perform alike vary.
//
// A workflow's duration T is the sum of the sections of its critical path. Sections between the same two events of the same calling
// context are one edge; its durations in a workflow sum to x, and x is 0 where the edge is absent. Then
//
//	Var(T) = Σ Cov(xₑ, T)
//
// exactly, and Cov(xₑ, T) / Var(T) is the edge's share of the variance. An edge passed c times per workflow has two causes to vary,
// being passed more often and taking longer: with μ = Σx / Σc,
//
//	Cov(x, T) = μ·Cov(c, T) + Cov(x − μ·c, T)
//	            count part    time part
//
// and it is the time part that says a place is slow. The count part is held against steady edges, which nearly every workflow of a group
// passes; that some workflows pass an edge and others do not says that they are different requests. Dividing by the standard deviation of T gives
// seconds: what the edge adds to the standard deviation of the group (the Euler allocation of risk theory; Tasche 1999). Summed over the requests of
// all groups it is the stake by which places are ranked.
//
// What is kept is bounded by the number of groups and edges, not of workflows: exact integer moments, a quantile sketch, and a
// sample of workflows for what moments cannot tell (modes, intervals, explanations). A group of twenty edges takes less than 4 KB beside its sample,
// and a workflow in the sample a few hundred bytes, mostly its attributes. [Config.SampleSize] bounds the sample of a group and [Config.MaxExemplars] those
// of all groups together, [Config.MaxGroups] bounds the groups, and a group keeps 16384 edges apart. Two localizers merge into what one would hold that had
// seen all workflows, bit by bit, as long as neither of the last two bounds was reached. What a localizer holds can be saved, and restored after a
// restart, as exactly.
//
// Durations are int64 nanoseconds inside the accumulators and float64 seconds in all results. Of the traces observed, a localizer keeps the strings of
// trace points and processes only; what else it needs is copied.
package localize
