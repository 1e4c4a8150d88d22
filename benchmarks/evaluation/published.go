package main

// publication is what others have published about a search of theirs.
type publication struct{ system, searched, counted, share, among string }

// publications are the only figures here that were not measured.
func publications() []publication {
	return []publication{
		{"VAIF (SoCC 2021)", "OpenStack, HDFS", "trace points", "3–34 %", "–"},
		{"Astraea (arXiv)", "other systems", "instrumentation", "10–28 %", "about 92 %"},
	}
}
