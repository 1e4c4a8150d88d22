package process

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestFrom(t *testing.T) {
	p := From([]pythia.Attr{
		pythia.String("k8s.node.name", "n1"), pythia.String("host.id", "i-7"), pythia.String("container.id", "c"), pythia.String("k8s.pod.name", "pod"),
		pythia.String("service.name", "cart"), pythia.String("service.instance.id", ""), pythia.Number("process.pid", 7),
	})
	require.Equal(t, pythia.Process{Service: "cart", Instance: "pod", Host: "i-7", Attrs: []pythia.Attr{
		pythia.String("k8s.node.name", "n1"), pythia.String("container.id", "c"), pythia.String("service.instance.id", ""), pythia.Number("process.pid", 7),
	}}, p)
	require.Equal(t, pythia.Process{}, From(nil))
}
