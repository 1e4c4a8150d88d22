package otlp

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/pythia-trace/pythia"
)

// fromMap adds a map's entries; those without a value are left out.
func (d *Decoder) fromMap(attrs []pythia.Attr, m pcommon.Map) []pythia.Attr {
	if attrs == nil && m.Len() > 0 {
		attrs = make([]pythia.Attr, 0, m.Len())
	}
	for key, value := range m.All() {
		if value.Type() == pcommon.ValueTypeEmpty {
			continue
		}
		attrs = append(attrs, pythia.Attr{Key: d.strings.String(key), Value: d.value(value)})
	}
	return attrs
}

func (d *Decoder) value(v pcommon.Value) pythia.Value {
	switch v.Type() {
	case pcommon.ValueTypeBool:
		return pythia.BoolValue(v.Bool())
	case pcommon.ValueTypeInt:
		return pythia.NumberValue(float64(v.Int()))
	case pcommon.ValueTypeDouble:
		if f := v.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return pythia.NumberValue(f)
		}
	}
	return pythia.StringValue(d.strings.String(v.AsString()))
}
