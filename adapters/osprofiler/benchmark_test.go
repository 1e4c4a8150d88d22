package osprofiler

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"testing"

	"github.com/pythia-trace/pythia/internal/testdata"
)

func BenchmarkDecode(b *testing.B) {
	f, err := os.Open(testdata.Shared(b, "openstack", "rounds.points.jsonl.gz"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	z, _ := gzip.NewReader(f)
	data, _ := io.ReadAll(z)
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))[:300]
	n := 0
	for _, l := range lines {
		n += len(l)
	}
	b.SetBytes(int64(n))
	b.ReportAllocs()
	for b.Loop() {
		var d Decoder
		for _, l := range lines {
			r, err := d.Decode(l)
			if err != nil || r.Rejected > 0 || len(r.Traces) != 1 {
				b.Fatal(err, r.Reasons)
			}
		}
	}
}
