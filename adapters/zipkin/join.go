package zipkin

import (
	"strings"

	"github.com/pythia-trace/pythia"
)

// sharedSuffix marks the ID of a server span that shares its client's, until and after they are joined.
const sharedSuffix = "-server"

// Join takes apart client and server spans of one ID, given all the spans of a trace: the server keeps an ID of its own, its
// parent becomes the client, and spans of the server's service that name the shared ID as their parent move below the server. A
// server whose client was never reported keeps the shared ID and its own parent.
func Join(spans []pythia.Span) {
	owner := make(map[string]int, len(spans)) // who holds an ID without the mark; clients before others
	for i := range spans {
		s := &spans[i]
		if at, taken := owner[s.ID]; !strings.HasSuffix(s.ID, sharedSuffix) && (!taken || s.Kind == pythia.KindClient && spans[at].Kind != pythia.KindClient) {
			owner[s.ID] = i
		}
	}
	servers := map[string]int{} // by the ID shared
	for i := range spans {
		if id, shared := separate(spans, i, owner); shared {
			servers[id] = i
		}
	}
	for i := range spans {
		s := &spans[i]
		server, ok := servers[s.ParentID]
		if ok && server != i && s.Point.Scope == spans[server].Point.Scope && !strings.HasSuffix(s.ID, sharedSuffix) {
			s.ParentID = spans[server].ID
		}
	}
}

// separate gives a server span that shares its ID the client as its parent, and returns the ID that they shared.
func separate(spans []pythia.Span, i int, owner map[string]int) (string, bool) {
	s := &spans[i]
	id, marked := strings.CutSuffix(s.ID, sharedSuffix)
	client, reported := owner[id]
	switch {
	case marked && !reported:
		s.ID = id
		return "", false
	case !marked && (s.Kind != pythia.KindServer || client == i || spans[client].Kind != pythia.KindClient):
		return "", false
	}
	s.ID, s.ParentID = id+sharedSuffix, id
	return id, true
}
