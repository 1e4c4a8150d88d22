package pythia_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestInstrumentationScope(t *testing.T) {
	require.Equal(t, "pythia/kernel/linux", pythia.InstrumentationScope(pythia.LayerKernel, "linux"))
	require.Equal(t, "pythia/hypervisor/qemu", pythia.InstrumentationScope(pythia.LayerHypervisor, "qemu"))
}

func TestSpanPoint(t *testing.T) {
	for _, below := range []pythia.TracePointID{
		{Layer: pythia.LayerKernel, Scope: "linux", Name: "fsync"}, {Layer: pythia.LayerHypervisor, Scope: "qemu", Name: ""},
		{Layer: pythia.LayerKernel, Scope: "linux/arm64", Name: "fsync"}, {Layer: pythia.LayerKernel, Scope: "/", Name: "fsync"},
	} {
		require.Equal(t, below, pythia.SpanPoint(pythia.InstrumentationScope(below.Layer, below.Scope), "cart", below.Name))
	}
	for _, scope := range []string{
		"", "otelgrpc", "pythia", "pythia/", "pythia/kernel", "pythia/kernel/", "pythia/kernellinux", "pythia/kernels/linux", "pythia//linux", "pythia/x/y",
		"pythia/app/cart", "pythia/unknown/y", "Pythia/kernel/linux", " pythia/kernel/linux", "github.com/pythia/kernel/linux", "kernel/linux",
	} {
		require.Equal(t, pythia.TracePointID{Scope: "cart", Name: "GET /cart"}, pythia.SpanPoint(scope, "cart", "GET /cart"), scope)
	}
}

func TestSpanPointAllocatesNothing(t *testing.T) {
	var point pythia.TracePointID
	for _, scope := range []string{"", "otelgrpc", "pythia/x/y", "pythia/kernel/linux", "pythia/hypervisor/qemu"} {
		require.Zero(t, testing.AllocsPerRun(100, func() { point = pythia.SpanPoint(scope, "cart", "GET /cart") }), scope)
	}
	require.Equal(t, pythia.LayerHypervisor, point.Layer)
}
