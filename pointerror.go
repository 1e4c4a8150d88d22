package pythia

import "errors"

// PointErrors takes apart what a [TracePointController] has returned: the reason for each point that could not be switched, and the rest, nil if there
// is none. The rest concerns no point in particular, so that it may concern all. Errors may be joined and wrapped however deep; several of one point
// are joined. The map is never nil.
func PointErrors(err error) (failed map[TracePointID]error, rest error) {
	f := failures{points: make(map[TracePointID]error)}
	f.add(err)
	return f.points, f.rest
}

type failures struct {
	points map[TracePointID]error
	rest   error
}

func (f *failures) add(err error) {
	var p *PointError
	if err == nil {
		return
	}
	if !errors.As(err, &p) {
		f.rest = joined(f.rest, err)
		return
	}
	switch e := err.(type) {
	case *PointError:
		f.addPoint(e)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			f.add(one)
		}
	case interface{ Unwrap() error }:
		f.add(e.Unwrap())
	default: // a type that offers a PointError by its method As only
		f.addPoint(p)
	}
}

// addPoint notes the reason, which is the error itself if it gives none: it is a failure all the same.
func (f *failures) addPoint(p *PointError) {
	switch {
	case p == nil:
		f.rest = joined(f.rest, errNilPoint)
	case p.Err == nil:
		f.points[p.ID] = joined(f.points[p.ID], p)
	default:
		f.points[p.ID] = joined(f.points[p.ID], p.Err)
	}
}

var errNilPoint = errors.New("a nil PointError")

// joined is as errors.Join, but leaves a single error as it is.
func joined(a, b error) error {
	if a == nil {
		return b
	}
	return errors.Join(a, b)
}
