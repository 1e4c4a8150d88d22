// Package grouping states which requests are expected to perform alike.
//
// [ByRequestType], [ByServices], [ByTracePoints] and [ByCriticalPath] are ever finer expectations; [ByAttribute] refines any of them by what the
// application knows, such as a tenant or a cache's name. [Finest], the default, gives keys of all levels, and leaves it to the
// localizer to use the finest level with enough requests.
//
// The Engine shows groupers a workflow without the trace points that can be switched, so that switching a point never moves a request to
// another group. Sets are collapsed: a loop of ten iterations is the same as one of three, and a retry makes no new group.
//
// All groupers are safe for concurrent use.
package grouping
