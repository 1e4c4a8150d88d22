package cca

import (
	"errors"
	"fmt"
	"strings"
)

// The errors which Analyze wraps; test for them with errors.Is.
var (
	// ErrOption reports an option outside its range.
	ErrOption = errors.New("cca: invalid option")
	// ErrRows reports that x and y do not hold the same number of observations.
	ErrRows = errors.New("cca: x and y differ in rows")
	// ErrNoVariables reports that a set has no variable, or none that can be used.
	ErrNoVariables = errors.New("cca: no usable variables")
	// ErrTooFewRows reports that too few complete observations are left.
	ErrTooFewRows = errors.New("cca: too few complete observations")
	// ErrNoConvergence reports that the singular value decomposition did not converge.
	ErrNoConvergence = errors.New("cca: singular value decomposition did not converge")
)

// noVariables returns the error for a set of which every column was dropped.
func noVariables(s *set) error {
	const most = 4 // enough to see the pattern without printing hundreds of columns
	var reasons []string
	for _, d := range s.dropped[:min(most, len(s.dropped))] {
		reasons = append(reasons, fmt.Sprintf("column %d %s", d.Column, d.Reason))
	}
	if len(s.dropped) > most {
		reasons = append(reasons, "...")
	}
	return fmt.Errorf("%w: all %d columns of %s were dropped (%s); pass at least one which varies",
		ErrNoVariables, len(s.dropped), s.name, strings.Join(reasons, ", "))
}

// tooFewRows returns the error for n complete observations where need are required.
func tooFewRows(n, total, p, q, need int, ridge bool) error {
	advice := "pass fewer variables or more observations, or set Ridge"
	switch {
	case n < total:
		advice = "fill in missing values or leave out the variables which lack most"
	case ridge:
		advice = "pass more observations"
	}
	return fmt.Errorf("%w: %d of %d rows are complete, %d + %d independent variables need %d; %s",
		ErrTooFewRows, n, total, p, q, need, advice)
}
