package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// nezhaMinShare is the least share of the variation that a place must carry to be searched in these systems. All requests enter at one point, so they are of
// one type whatever they do, and what one place carries is a smaller part of how much they vary.
const nezhaMinShare = 0.05

// answer is what answers.json says of a case.
type answer struct {
	Kind      string
	RootCause struct{ Service string } `json:"root_cause"`
}

// loadNezha adds the cases of a system in which a fault made requests slower. The traces before the fault and during it are replayed together,
// shuffled in each pass.
func loadNezha(ctx context.Context, folder string, s *set) (*set, error) {
	s.minShare, s.learnt = nezhaMinShare, "requests from before the fault. The profile has not seen the problem"
	folder = filepath.Join(folder, "nezha")
	answers, err := readAnswers(filepath.Join(folder, "answers.json"))
	if errors.Is(err, fs.ErrNotExist) {
		s.absent = "there is no " + filepath.Join("nezha", "answers.json")
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		if !strings.HasPrefix(name, s.name+"-") || answers[name].Kind != "latency" {
			continue
		}
		if err := s.addNezha(ctx, folder, name, answers[name].RootCause.Service); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func readAnswers(file string) (answers map[string]answer, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &answers); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", file, err)
	}
	return answers, nil
}

func (s *set) addNezha(ctx context.Context, folder, name, service string) error {
	before, err := s.read(ctx, filepath.Join(folder, name+".normal.otlp.jsonl.gz"))
	if err != nil {
		return err
	}
	during, err := s.read(ctx, filepath.Join(folder, name+".fault.otlp.jsonl.gz"))
	if err != nil {
		return err
	}
	return s.add(ctx, kase{name: name, traces: slices.Concat(before, during), before: before, during: during, service: service})
}

// among is how many findings are looked through for the service at fault, as the published figures do.
const among = 5

// rankOf returns which of the findings names a service first, from 1: a span of it, or a call of which it is the callee. A call that it makes does not count.
// It is 0 if none does.
func rankOf(service string, d *pythia.Diagnosis) int {
	if d == nil || service == "" {
		return 0
	}
	for i, f := range d.Findings {
		of := f.Location.Point.Scope
		if f.Location.Kind == pythia.LocationCall {
			of = f.Location.Callee
		}
		if of == service {
			return i + 1
		}
	}
	return 0
}

// truthNames reports whether the place that the full traces point to is in the service at fault.
func (k *kase) truthNames() bool {
	return rankOf(k.service, &pythia.Diagnosis{Findings: []*pythia.Finding{{Location: *k.truth.Location}}}) == 1
}
