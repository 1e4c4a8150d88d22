// Package render writes a [pythia.Report] as text for a terminal, as Markdown for a pull request, and as JSON for programs; a [pythia.Cycle] as the
// lines that a program prints step by step; and a [pythia.Diagnosis] as one line.
//
// The three of a report say the same. [JSON] is the stable contract: its shape is named "pythia.report/v1" and described by [Schema]; fields may be
// added to it, but none changes its meaning or goes away. [Text], [Markdown], [Cycle] and [Line] are for people and may change at any time.
//
// All functions are pure: the same report gives the same bytes. They are safe for concurrent use on one report. Names come from traces
// and so from anybody: control characters are replaced, so that no trace can write escape sequences to a terminal, and
// what Markdown would take for markup is quoted.
package render
