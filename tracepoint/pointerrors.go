package tracepoint

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pythia-trace/pythia"
)

// unique returns the IDs in order, each once, without touching the caller's slice.
func unique(ids []pythia.TracePointID) []pythia.TracePointID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, pythia.TracePointID.Compare)
	return slices.Compact(ids)
}

// failAll gives the same error for every point.
func failAll(ids []pythia.TracePointID, err error) error {
	var errs []error
	for _, id := range unique(ids) {
		errs = append(errs, &pythia.PointError{ID: id, Err: err})
	}
	return errors.Join(errs...)
}

// failures sorts a controller's error by point. What concerns no point in particular may concern all, and is general.
type failures struct {
	byPoint map[pythia.TracePointID]error
	general error
}

func sortFailures(err error) failures {
	byPoint, general := pythia.PointErrors(err)
	return failures{byPoint, general}
}

// of returns what may have gone wrong with a point.
func (f *failures) of(id pythia.TracePointID) error {
	if err, ok := f.byPoint[id]; ok {
		return err
	}
	return f.general
}

// because reports whether a point failed for one of the reasons. A general error says nothing for certain about a point.
func (f *failures) because(id pythia.TracePointID, reasons ...error) bool {
	return slices.ContainsFunc(reasons, func(reason error) bool { return errors.Is(f.byPoint[id], reason) })
}

// unsettled returns what went wrong when a point or its attributes were switched off, unless nothing remains to be switched off.
func (f *failures) unsettled(id pythia.TracePointID) error {
	if f.because(id, pythia.ErrAlwaysOn, pythia.ErrUnknownPoint, pythia.ErrUnknownAttribute, errors.ErrUnsupported) {
		return nil
	}
	return f.of(id)
}

// safely turns a panic of a controller into an error: it shall not end the application.
func safely(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("tracepoint: the controller panicked, correct it: %v", r)
		}
	}()
	return call()
}
