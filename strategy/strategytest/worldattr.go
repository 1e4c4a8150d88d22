package strategytest

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pythia-trace/pythia"
)

// The keys that explain faults. Points of all kinds declare them, and record plausible values without any fault.
const (
	keyLockQueue = "lock.queue_length"
	keyPoolQueue = "pool.queue_depth"
	keyItems     = "input.items"
	keyShard     = "cache.shard"
	keyRegion    = "third_party.region"
)

// shards and regions are uniform, whatever fails.
const shards = 8

var regions = []string{"eu-1", "eu-2", "us-1", "us-2", "ap-1", "ap-2", "sa-1", "af-1", "me-1", "oc-1"}

// attribute is a key with how its value comes about.
type attribute struct {
	key   string
	salt  uint64
	value func(bits uint64) pythia.Value
	// same says that the value is that of the request, wherever it is recorded.
	same bool
}

func oneOf(values ...string) func(uint64) pythia.Value {
	return func(bits uint64) pythia.Value { return pythia.StringValue(values[pick(bits, len(values))]) }
}

func count(below int) func(uint64) pythia.Value {
	return func(bits uint64) pythia.Value { return pythia.NumberValue(float64(pick(bits, below))) }
}

// skewed numbers are exponentially distributed above the least.
func skewed(least, mean float64) func(uint64) pythia.Value {
	return func(bits uint64) pythia.Value {
		return pythia.NumberValue(math.Floor(least - mean*math.Log1p(-unit(bits))))
	}
}

// idle is the length of a queue in which there is rarely anybody.
func idle(bits uint64) pythia.Value {
	return pythia.NumberValue(float64(max(0, int(12*unit(bits))-9)))
}

func yes(probability float64) func(uint64) pythia.Value {
	return func(bits uint64) pythia.Value { return pythia.BoolValue(unit(bits) < probability) }
}

func items(bits uint64) float64 { return math.Floor(1 - 12*math.Log1p(-unit(bits))) }

var (
	// explaining are keys that may explain a fault.
	explaining = []attribute{
		{key: keyLockQueue, value: idle},
		{key: keyPoolQueue, value: idle},
		{key: keyItems, value: func(bits uint64) pythia.Value { return pythia.NumberValue(items(bits)) }},
		{key: keyShard, value: count(shards)},
	}
	regional = attribute{key: keyRegion, value: oneOf(regions...)}
	// distracting are keys that explain nothing.
	distracting = []attribute{
		{key: "heap.used_mb", value: skewed(200, 80)},
		{key: "thread.id", value: count(64)},
		{key: "batch.size", value: skewed(1, 20)},
		{key: "feature.variant", value: oneOf("control", "a", "b")},
		{key: "result.bytes", value: skewed(80, 900)},
		{key: "cache.hit", value: yes(0.8)},
		{key: "tenant.shard", value: count(16)},
		{key: "codec", value: oneOf("json", "protobuf", "avro")},
		{key: "connection.age_s", value: skewed(0, 300)},
		{key: "rows.scanned", value: skewed(1, 50)},
	}
	// skeletal are recorded on entry points at all times, and explain nothing.
	skeletal = []attribute{
		{key: "customer.tier", value: oneOf("basic", "basic", "silver", "gold"), same: true},
		{key: "customer.region", value: oneOf("north", "south", "east", "west"), same: true},
		{key: "payload.bytes", value: skewed(120, 700)},
	}
)

// declare draws the attributes of an operation.
func declare(r *rand.Rand, o *operation) {
	if o.entry {
		o.always = salted(skeletal)
	}
	if o.thirdParty != "" {
		o.switchable = append(o.switchable, regional)
	}
	for _, a := range explaining {
		if mayExplain(o, a.key) && r.Float64() < 0.6 {
			o.switchable = append(o.switchable, a)
		}
	}
	for _, i := range r.Perm(len(distracting))[:1+r.IntN(4)] {
		o.switchable = append(o.switchable, distracting[i])
	}
	o.switchable = salted(o.switchable)
}

// mayExplain reports whether an attribute makes sense at an operation. Calls to other services may wait for a connection.
func mayExplain(o *operation, key string) bool {
	if o.kind == pythia.KindClient && o.thirdParty == "" {
		return key == keyPoolQueue || key == keyItems
	}
	return o.thirdParty == ""
}

func salted(attributes []attribute) []attribute {
	attributes = slices.Clone(attributes)
	for i := range attributes {
		attributes[i].salt = hash(attributes[i].key)
	}
	return attributes
}

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}
