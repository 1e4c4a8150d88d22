package replay

import "github.com/pythia-trace/pythia"

// recording is a request as it was recorded.
type recording struct {
	*pythia.Trace
	points  []int32 // of each span, in Application.points
	topDown []int32 // the spans, every parent before its children
}

func (a *Application) recording(t *pythia.Trace) recording {
	r := recording{Trace: t, points: make([]int32, len(t.Spans)), topDown: make([]int32, 0, len(t.Spans))}
	for i := range t.Spans {
		at, _ := a.find(t.Spans[i].Point)
		r.points[i] = int32(at)
	}
	r.topDown = append(r.topDown, t.Roots()...)
	for i := 0; i < len(r.topDown); i++ {
		r.topDown = append(r.topDown, t.Children(int(r.topDown[i]))...)
	}
	return r
}

// nearest returns, of each span, the nearest one whose point is shown: itself or one above it, or NoParent.
func (r *recording) nearest(shown []bool) (nearest []int32, visible int) {
	nearest = make([]int32, len(r.Spans))
	for _, i := range r.topDown {
		p := r.Parent(int(i))
		switch {
		case shown[r.points[i]]:
			nearest[i] = i
			visible++
		case p == pythia.NoParent:
			nearest[i] = pythia.NoParent
		default:
			nearest[i] = nearest[p]
		}
	}
	return nearest, visible
}
