package otlp

import (
	"errors"

	"github.com/VictoriaMetrics/easyproto"
)

var errWireType = errors.New("a field has another type than the protocol says")

// eachField goes through the fields of a message until one is wrong: read reports whether a field has the type that the protocol says, or what else is
// wrong with it.
func eachField(message []byte, read func(f *easyproto.FieldContext) (ok bool, err error)) error {
	var f easyproto.FieldContext
	for len(message) > 0 {
		var err error
		if message, err = f.NextField(message); err != nil {
			return err
		}
		ok, err := read(&f)
		if !ok {
			return errWireType
		}
		if err != nil {
			return err
		}
	}
	return nil
}
