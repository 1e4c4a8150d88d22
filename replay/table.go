package replay

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// legend says what the columns mean.
const legend = `Means over %s and their 95 %% intervals: found and named, the trials that ended with the
true place first, or at all; cycles and requests, until the end; enabled, the share of the calling
contexts that were on at some time beyond the skeleton, and contexts, how many; astray, those of
them off the way to the true place; still on, the share that was on at the end; variance, the
share of it at the place that the search ended with; explained, the correlation of what explains
it best; decision and longest, what decisions took in the mean and at most.
`

// upperColumns is how many columns the upper part of a text table has: the rest has no room beside them.
const upperColumns = 6

// WriteText writes the rows as a table in two parts, a hundred columns wide unless names are long, with what its columns mean below. The error is the
// writer's.
func WriteText(w io.Writer, rows []Row) error {
	var lines strings.Builder
	table := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	all := heads()
	for _, part := range [][2]int{{0, upperColumns}, {upperColumns, len(all)}} {
		writeTabbed(table, "strategy", all[part[0]:part[1]])
		for i := range rows {
			writeTabbed(table, printable(rows[i].Contender), rows[i].cells()[part[0]:part[1]])
		}
		_ = table.Flush() // a builder takes everything
		lines.WriteString("\n")
	}
	fmt.Fprintf(&lines, legend, trials(rows))
	_, err := io.WriteString(w, lines.String())
	return err
}

func writeTabbed(w io.Writer, name string, cells []string) {
	fmt.Fprintln(w, name+"\t"+strings.Join(cells, "\t")) // a tabwriter keeps it until it is flushed
}

// WriteMarkdown writes the rows as a table in Markdown, with what its columns mean below. The error is the writer's.
func WriteMarkdown(w io.Writer, rows []Row) error {
	var b strings.Builder
	all := heads()
	fmt.Fprintf(&b, "| strategy | %s |\n|---|%s\n", strings.Join(all, " | "), strings.Repeat("--:|", len(all)))
	for i := range rows {
		name := strings.ReplaceAll(printable(rows[i].Contender), "|", `\|`)
		fmt.Fprintf(&b, "| %s | %s |\n", name, strings.Join(rows[i].cells(), " | "))
	}
	fmt.Fprintf(&b, "\n"+legend, trials(rows))
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteCSV writes a header and the rows, in full precision: strategy, trials, and of each estimate the mean, the interval's low and its high end; shares lie
// between 0 and 1, times are in seconds. What is unknown is NaN, what has no bound is +Inf. The error is the writer's.
func WriteCSV(w io.Writer, rows []Row) error {
	out := csv.NewWriter(w)
	header := []string{"strategy", "trials"}
	for _, q := range quantities() {
		header = append(header, q.name, q.name+"_low", q.name+"_high")
	}
	_ = out.Write(append(header, "longest_decision_seconds")) // Error reports it
	for i := range rows {
		r := &rows[i]
		record := []string{r.Contender, strconv.Itoa(r.Trials())}
		for _, q := range quantities() {
			e := q.in(r)
			record = append(record, exactly(e.Mean), exactly(e.Low), exactly(e.High))
		}
		_ = out.Write(append(record, exactly(r.LongestDecision.Seconds())))
	}
	out.Flush()
	return out.Error()
}

func exactly(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func heads() []string {
	var heads []string
	for _, q := range quantities() {
		heads = append(heads, q.head)
	}
	return append(heads, "longest")
}

// cells returns what stands under the heads. A single trial has no intervals.
func (r *Row) cells() []string {
	var cells []string
	for _, q := range quantities() {
		e := *q.in(r)
		if r.Trials() < 2 {
			e.Low, e.High = e.Mean, e.Mean
		}
		cells = append(cells, q.unit.show(e))
	}
	longest := r.LongestDecision.Seconds()
	return append(cells, unitSeconds.show(Estimate{longest, longest, longest}))
}

// trials says how many trials the rows rest on.
func trials(rows []Row) string {
	if len(rows) == 0 {
		return "no trials"
	}
	byTrials := func(a, b Row) int { return a.Trials() - b.Trials() }
	fewest, most := slices.MinFunc(rows, byTrials), slices.MaxFunc(rows, byTrials)
	if fewest.Trials() == most.Trials() {
		return fmt.Sprintf("%d trials", most.Trials())
	}
	return fmt.Sprintf("%d to %d trials", fewest.Trials(), most.Trials())
}

// printable replaces what would break a line or a column.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
