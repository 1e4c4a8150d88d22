package render

// Files is what a report does not know of the files that it was made from.
type Files struct {
	Names []string
	// Rejected counts what was left out for being wrong: spans, and records of which nothing could be read.
	Rejected int
	// Problems describe what was wrong, a line each: "file:line: message".
	Problems []string
}

// Sources are the files of a report and of its baseline. The zero value says that the traces came from elsewhere.
type Sources struct{ Input, Baseline Files }
