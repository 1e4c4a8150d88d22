package benchmarks

import "testing"

// BenchmarkSpan measures each subject as benchmarks usually do, with the collection of garbage. TestBars compares more exactly.
func BenchmarkSpan(b *testing.B) {
	for _, s := range newSubjects(b) {
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			s.run(b.N)
		})
	}
}
