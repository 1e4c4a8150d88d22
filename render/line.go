package render

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// Line says in one line what a diagnosis has come to, for logs and for the messages of failed tests:
//
//	POST /checkout is bimodal: cache.shard = 3 on inventory.Reserve (p < 0.001)
//	POST /checkout varies by 48 %: 93 % of it in inventory.Reserve
//
// The value is the one that goes with the slow requests. Services are left out where the rest tells enough: the one that receives a route, those at
// the start of an operation's name, and that of the request itself.
func Line(d *pythia.Diagnosis) string { return broken(lineWords(d)) }

// lineWords is the line with quantities kept together.
func lineWords(d *pythia.Diagnosis) string {
	return typeWords(d.RequestType) + " " + predicate(d) + lineEnds[d.Stop]
}

// lineEnds says of unfinished searches that they are.
var lineEnds = map[pythia.StopReason]string{
	"":                      " (the search goes on)",
	pythia.StopUnaffordable: "; what lies inside is beyond the budget",
	pythia.StopTooFew:       "; too few requests came to go on",
}

// route finds the method and the path in "service POST /checkout".
var route = regexp.MustCompile(`^.*? ((?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) /.*)$`)

// lineName is how many columns a name may take in a line.
const lineName = 80

// typeWords names a request type: a route without the service that receives it, everything else in full.
func typeWords(requestType string) string {
	requestType = fullType(requestType)
	if m := route.FindStringSubmatch(requestType); m != nil {
		requestType = m[1]
	}
	return elide(requestType, lineName)
}

// fullType names a request type with its service.
func fullType(requestType string) string {
	if requestType == "" {
		return "a request without a name"
	}
	return clean(requestType)
}

// predicate says of the requests how they vary, and why or where.
func predicate(d *pythia.Diagnosis) string {
	switch {
	case d.Stop == pythia.StopGone:
		return "varies no more"
	case d.Stop == pythia.StopOvertaken:
		return "has got worse by something new"
	case len(d.Findings) == 0 && d.Stop == "":
		return "is being looked into"
	case len(d.Findings) == 0:
		return "was looked into and no place found"
	}
	f := d.Findings[0]
	if d.Stop == pythia.StopSpread {
		return varies(d, f) + " in many places, none of which carries enough"
	}
	if len(f.Explanations) > 0 {
		return varies(d, f) + ": " + causeWords(d, f)
	}
	how, of := varies(d, f), " of the variation"
	if strings.HasPrefix(how, "varies") {
		of = " of it"
	}
	return how + ": " + portion(f, of) + "in " + placeName(f.Location, d.RequestType)
}

// varies says how requests vary, if they do, or how long they take.
func varies(d *pythia.Diagnosis, f *pythia.Finding) string {
	var g pythia.Group
	if f.Group != nil {
		g = *f.Group
	}
	switch {
	case f.Reason == pythia.ReasonConsistentlySlow && d.Before.Traces > 0:
		return "takes " + seconds(g.MeanSeconds) + ", before it took " + seconds(d.Before.MeanSeconds)
	case f.Reason == pythia.ReasonConsistentlySlow:
		return "is always slow"
	case f.Reason == pythia.ReasonChanged:
		return "has changed"
	case f.Reason == pythia.ReasonMultimodal && len(g.Modes) == 2:
		return "is bimodal"
	case f.Reason == pythia.ReasonMultimodal && len(g.Modes) > 2:
		return "is multimodal with " + count(len(g.Modes)) + " modes"
	case f.Reason == pythia.ReasonMultimodal:
		return "is multimodal"
	case finite(g.CoV) && g.CoV > 0:
		return "varies by " + percent(g.CoV)
	}
	return "varies"
}

// portion is the part that a place carries, if it is known: "93 % of it ".
func portion(f *pythia.Finding, of string) string {
	share, known := shareOf(f)
	switch {
	case !known:
		return ""
	case f.Reason == pythia.ReasonConsistentlySlow:
		of = " of the time"
	}
	return percent(share) + of + " "
}

// shareOf is the part of the variation that a finding carries; of what is always slow, the part of the time.
func shareOf(f *pythia.Finding) (share float64, known bool) {
	if f.Reason != pythia.ReasonConsistentlySlow {
		return f.VarianceShare, finite(f.VarianceShare)
	}
	return f.TimeShare, f.TimeShare > 0 && f.TimeShare <= 1 // false if it is no number
}

// causeWords names the first explanation: "cache.shard = 3 on inventory.Reserve (p < 0.001)".
func causeWords(d *pythia.Diagnosis, f *pythia.Finding) string {
	e := f.Explanations[0]
	name, at := variableName(e.Variable)
	s := elide(name, lineName)
	switch values := slowValues(e.Ranges); {
	case values != "":
		s += " " + values
	case e.Direction > 0:
		s = "greater " + s
	case e.Direction < 0:
		s = "smaller " + s
	}
	if at != "" {
		s += " on " + carrier(at, d, f)
	}
	return s + " (" + pValue(e.P) + ")"
}

// carrier names the trace point of a variable, briefly if it is one of those that the diagnosis knows.
func carrier(at string, d *pythia.Diagnosis, f *pythia.Finding) string {
	points := append([]pythia.TracePointID{f.Location.Point, f.Location.From.Point, f.Location.To.Point}, f.Location.Stack...)
	for i := range d.Hypotheses {
		points = append(points, d.Hypotheses[i].Point)
	}
	if i := slices.IndexFunc(points, func(p pythia.TracePointID) bool { return clean(p.String()) == at }); i >= 0 {
		return pointName(points[i], d.RequestType)
	}
	return elide(at, lineName)
}

// placeName names a location briefly.
func placeName(l pythia.Location, requestType string) string {
	service := elide(serviceName(l.Point.Scope), lineName)
	switch l.Kind {
	case pythia.LocationCall:
		return "the call from " + service + " to " + elide(serviceOr(l.Callee, "an unknown service"), lineName)
	case pythia.LocationGap:
		from, to := eventWords(l.From, l.Point.Scope), eventWords(l.To, l.Point.Scope)
		return service + " between " + elide(from, lineName) + " and " + elide(to, lineName)
	}
	name := pointName(l.Point, requestType)
	if len(l.Callees) > 0 {
		name += " around its calls to other services"
	}
	return name
}

// pointName names a trace point, without its service if that is the one of the request or the name begins with it.
func pointName(p pythia.TracePointID, requestType string) string {
	if p == (pythia.TracePointID{}) {
		return "the client"
	}
	rest, named := strings.CutPrefix(p.Name, p.Scope)
	named = named && rest != "" && strings.ContainsAny(rest[:1], "./:")
	if p.Layer == pythia.LayerApp && p.Name != "" && (named || strings.HasPrefix(requestType, p.Scope+" ")) {
		return elide(clean(p.Name), lineName)
	}
	return elide(clean(strings.TrimSpace(p.String())), lineName)
}
