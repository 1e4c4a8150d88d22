package strategytest

import "github.com/pythia-trace/pythia"

// FaultKind is a way in which an operation can go wrong.
type FaultKind uint8

// The kinds of fault.
const (
	// LockContention: the operation takes a lock that others take too, in bursts. The attribute lock.queue_length says how many wait when
	// a request comes.
	LockContention FaultKind = iota + 1
	// Queueing: the operation waits for a worker of a pool whose load swings, once in the time of 200 requests of a type. The attribute
	// pool.queue_depth says how many wait when a request comes.
	Queueing
	// SlowPath: requests with many items, three in ten, take a slow path. The attribute input.items, of the operation or of one that
	// calls it, says how many.
	SlowPath
	// SlowThirdParty: three in ten calls to a third party are slow, some of them very. In half of the faults these are the calls to three of its
	// ten regions, which the attribute third_party.region tells; in the others nothing does.
	SlowThirdParty
	// CacheMiss: one shard in eight never has what is asked for. The attribute cache.shard says which was asked.
	CacheMiss
	// RetryStorm: in four of ten calls the operation fails at first, and is tried up to six times. Every attempt is a span.
	RetryStorm
	// ConsistentlySlow: the operation always takes longer, by nearly the same time.
	ConsistentlySlow
)

var faultNames = [...]string{
	"unknown", "lock contention", "queueing", "slow path", "slow third party", "cache miss", "retry storm", "consistently slow",
}

// String returns the kind in words: "lock contention".
func (k FaultKind) String() string {
	if int(k) >= len(faultNames) {
		return faultNames[0]
	}
	return faultNames[k]
}

// AllFaults returns all kinds of fault.
func AllFaults() []FaultKind {
	return []FaultKind{LockContention, Queueing, SlowPath, SlowThirdParty, CacheMiss, RetryStorm, ConsistentlySlow}
}

// Fault is something to go wrong in a [World].
type Fault struct {
	Kind FaultKind
	// Point is where. The zero value leaves it to the world: a point that every request of some type passes, if possible two or more below the skeleton.
	Point pythia.TracePointID
	// Severity is what standard deviation the fault adds to the duration of the request type that it affects most, as a multiple of that type's mean
	// without faults; for [ConsistentlySlow] what it adds to the mean. Zero means 1.
	Severity float64
}

// Planted is the truth about a fault that is in a [World]: what a search should find.
type Planted struct {
	// Fault is the fault that was asked for, with its point and severity.
	Fault
	// RequestTypes are those that pass the point, the most affected first.
	RequestTypes []string
	// Effects say how much each is affected, in the order of RequestTypes.
	Effects []Effect
	// Key is the attribute that explains the fault; empty if none does. KeyPoint is the point that can record it: Point, or one that
	// calls it. The same key elsewhere says nothing of the fault.
	Key      string
	KeyPoint pythia.TracePointID

	number int // of the fault in its world
}

// Effect is what a fault does to a request type, in seconds, as a trial of some thousand requests has shown.
type Effect struct {
	// Mean is the mean duration without faults.
	Mean float64
	// AddedMean and AddedStdDev are of the time that the fault adds to a request.
	AddedMean, AddedStdDev float64
}

// relative is the effect as [Fault].Severity counts it.
func (e Effect) relative(k FaultKind) float64 {
	switch {
	case e.Mean == 0:
		return 0
	case k == ConsistentlySlow:
		return e.AddedMean / e.Mean
	}
	return e.AddedStdDev / e.Mean
}
