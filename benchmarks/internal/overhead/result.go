package overhead

import (
	"fmt"
	"slices"
	"strings"
)

// Result is what [Measure] has found. It is plain data. Times are in seconds of CPU, by user and system together, of all cores.
type Result struct {
	Variants []Variant // Bare first
	// Off is what 20 points that are off add to a request, as a part of the bare one: Variant.Added of Off by Variant.CPU of Bare. It is far more exact
	// than the Ratio of Off, which has the noise of all that a request does.
	Off Estimate
	// SkeletonToSDK is what the skeleton adds, as a part of what the SDK adds: by Variant.Added, without the noise of requests.
	SkeletonToSDK Estimate
	// SkeletonToSDKAtLoad is the same at full load, by Variant.Ratio.
	SkeletonToSDKAtLoad Estimate
	// PointOff is one point that is off, reached by a pointer, in a loop of nothing else.
	PointOff float64
	// Precise says that the intervals were narrow enough when it ended, of the Ratio of Off 0.25 % to either side, and of SkeletonToSDKAtLoad
	// 2.5 %; else the time was up.
	Precise bool
	// Rounds is how many there were of all variants at full load. RoundsOff are those with Bare, Off and Again alone, from which the Ratios of these
	// are; RoundsSkeleton, with Bare, Skeleton and SDK.
	Rounds, RoundsOff, RoundsSkeleton int
}

// Variant is what was measured of one.
type Variant struct {
	Name     string
	Requests int // at full load
	// CPU is what a request takes at full load, of the service and its clients together: the median of rounds.
	CPU float64
	// Ratio is CPU by that of Bare in the same round.
	Ratio Estimate
	// Added is what the instrumentation of a request takes beyond what Bare does, without the work, server and clients.
	Added Estimate
	// PerSecond is how many requests were served in a second of time at full load.
	PerSecond float64
	// Spans is how many spans of a request have reached the Engine, or the encoder.
	Spans float64
}

// Estimate is a median with its interval of 95 %.
type Estimate struct{ Value, Low, High float64 }

func (m *measurement) result() *Result {
	r := &Result{PointOff: m.pointOff, Precise: m.precise, Rounds: len(m.all.rounds), RoundsOff: len(m.off.rounds), RoundsSkeleton: len(m.part.rounds)}
	for i, v := range m.variants {
		at := &m.all
		for _, c := range []*contest{&m.off, &m.part} {
			if i != bareAt && slices.Contains(c.variants, i) {
				at = c
			}
		}
		n := len(m.all.rounds) * m.all.requests
		r.Variants = append(r.Variants, Variant{
			Name: v.name, Requests: n, CPU: medianOf(m.all.rounds, own(i)), Ratio: m.estimate(at, ratio(i)), Added: m.estimate(&m.direct, beyond(i)),
			PerSecond: float64(n) / m.took[i].Seconds(), Spans: float64(v.recorded()) / float64(m.sent[i]),
		})
	}
	bare, off := r.Variants[bareAt].CPU, r.Variants[offAt].Added
	r.Off = Estimate{off.Value / bare, off.Low / bare, off.High / bare}
	r.SkeletonToSDK, r.SkeletonToSDKAtLoad = m.compared(&m.direct, beyond), m.compared(&m.part, beyondRatio)
	return r
}

func (m *measurement) estimate(c *contest, of func(round) (float64, bool)) Estimate {
	return estimate(c.rounds, m.random, func(drawn []round) float64 { return medianOf(drawn, of) })
}

// compared is what the skeleton costs by what the SDK costs.
func (m *measurement) compared(c *contest, cost func(place int) func(round) (float64, bool)) Estimate {
	skeleton, sdk := cost(skeletonAt), cost(sdkAt)
	return estimate(c.rounds, m.random, func(drawn []round) float64 { return medianOf(drawn, skeleton) / medianOf(drawn, sdk) })
}

// Of returns the variant of a name; the zero Variant if there is none.
func (r *Result) Of(name string) Variant {
	for _, v := range r.Variants {
		if v.Name == name {
			return v
		}
	}
	return Variant{}
}

// String is a table in Markdown.
func (r *Result) String() string {
	var b strings.Builder
	b.WriteString("| | spans | added by instrumentation, µs of CPU | a request, µs of CPU | by bare | requests/s |\n|---|--:|--:|--:|--:|--:|\n")
	for _, v := range r.Variants {
		fmt.Fprintf(&b, "| %s | %g | %.2f (%.2f to %.2f) | %.0f | %.4f (%.4f to %.4f) | %.0f |\n", v.Name, v.Spans,
			1e6*v.Added.Value, 1e6*v.Added.Low, 1e6*v.Added.High, 1e6*v.CPU, v.Ratio.Value, v.Ratio.Low, v.Ratio.High, v.PerSecond)
	}
	why := "until the time was up"
	if r.Precise {
		why = "until the intervals were narrow enough"
	}
	fmt.Fprintf(&b, "\n%d rounds, %d of points off, %d of the skeleton, %s. 20 points off: %.3f %% of a bare request (%.3f to %.3f); one, in a loop: %.2f ns.\n",
		r.Rounds, r.RoundsOff, r.RoundsSkeleton, why, 100*r.Off.Value, 100*r.Off.Low, 100*r.Off.High, 1e9*r.PointOff)
	fmt.Fprintf(&b, "The skeleton is %.3f of what the SDK costs (%.3f to %.3f); at full load %.3f (%.3f to %.3f).\n",
		r.SkeletonToSDK.Value, r.SkeletonToSDK.Low, r.SkeletonToSDK.High,
		r.SkeletonToSDKAtLoad.Value, r.SkeletonToSDKAtLoad.Low, r.SkeletonToSDKAtLoad.High)
	return b.String()
}
