package main

import (
	"errors"
	"net/http"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

// system is the application: three services and a third party, as a single process so that one command starts it.
type system struct {
	url         string // of the shop
	services    []*service
	controllers []pythia.TracePointController
	stops       []func()
}

func startSystem() (*system, error) {
	s := new(system)
	err := s.start()
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *system) start() error {
	carrier, err := s.listen(newCarrier())
	if err != nil {
		return err
	}
	inventory, err := s.serve(newInventory())
	if err != nil {
		return err
	}
	pricing, err := s.serve(newPricing(carrier))
	if err != nil {
		return err
	}
	s.url, err = s.serve(newShop(inventory, pricing))
	return err
}

// serve starts a service and makes the controllers of its trace points: one for the spans of its instrumentation, one for its own.
func (s *system) serve(of *service, err error) (url string, _ error) {
	if err != nil {
		return "", err
	}
	s.services = append(s.services, of)
	s.stops = append(s.stops, of.close)
	spans, err := of.provider.Controller(tracepoint.LeaseConfig{})
	if err != nil {
		return "", err
	}
	points, err := tracepoint.NewController(of.registry, tracepoint.LeaseConfig{})
	if err != nil {
		return "", err
	}
	s.controllers = append(s.controllers, spans, points)
	s.stops = append(s.stops, func() { _ = errors.Join(spans.Close(), points.Close()) }) // nothing is left that could be on
	return s.listen(of.mux)
}

func (s *system) listen(h http.Handler) (string, error) {
	url, stop, err := listen(h)
	if err == nil {
		s.stops = append(s.stops, stop)
	}
	return url, err
}

// stop ends what start has begun, the last first.
func (s *system) stop() {
	for i := range s.stops {
		s.stops[len(s.stops)-1-i]()
	}
}
