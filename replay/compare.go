package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/pythia-trace/pythia"
)

// Contender is a strategy in a [Comparison], under the name that it has there.
type Contender struct {
	Name     string
	Strategy pythia.SearchStrategy
}

// Comparison has strategies search the same requests for the same place, many times over. Each seed draws another profile and another order of arrival, and
// all contenders search each.
type Comparison struct {
	// Traces are replayed; see [Config.Traces].
	Traces []*pythia.Trace
	// Profile are fully instrumented traces that the search space is filled from; none means Traces. Take some of normal operation to see how
	// a search does that meets something new.
	Profile []*pythia.Trace
	// ProfilePerType is how many of each request type the space is filled from, drawn anew for each seed, as [Sample] does; zero means 30.
	ProfilePerType int
	// Contenders are compared, in this order. Their strategies are called from several goroutines.
	Contenders []Contender
	// Engine returns what each trial's engine is like: a Config of its own, with an empty Loop.Space. The comparison fills that and sets Strategy and Seed,
	// and a [Trial] the rest; whatever else is set counts. It is called by several goroutines.
	Engine func() (pythia.Config, error)
	Truth  Truth
	// Seeds is how many trials each contender has, with the seeds from 1; zero means 20.
	Seeds int
	// PerCycle and MaxCycles are those of a [Trial].
	PerCycle, MaxCycles int
	// AlwaysOn is that of a [Config]. It is called by several goroutines.
	AlwaysOn func(pythia.TracePointID) bool
	// Optional is that of a [Config]. It is called by several goroutines.
	Optional func(id pythia.TracePointID, key string) bool
	// Workers is how many trials run at the same time; zero means GOMAXPROCS. The result does not depend on it, but for the times that decisions
	// took: for those, 1 is best.
	Workers int
	// Progress, if not nil, is told after each trial how many are done, one call at a time.
	Progress func(done, total int)
}

// Run compares the contenders and returns a row for each, in their order. The error is the context's, or says what is wrong with the comparison or
// with a trial, the first of which ends all others. It may be called several times, also at once.
func (c Comparison) Run(ctx context.Context) ([]Row, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	results, err := c.trials(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(c.Contenders))
	for i, contender := range c.Contenders {
		rows[i] = newRow(contender.Name, results[i*c.Seeds:(i+1)*c.Seeds:(i+1)*c.Seeds])
	}
	return rows, nil
}

// trials returns the results of all trials, contender by contender, each by seed.
func (c *Comparison) trials(ctx context.Context) ([]*Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]*Result, len(c.Contenders)*c.Seeds)
	todo, finished := make(chan int), c.counter(len(results))
	var working sync.WaitGroup
	for range min(c.Workers, len(results)) {
		working.Go(func() {
			for i := range todo {
				var err error
				if results[i], err = c.trial(ctx, c.Contenders[i/c.Seeds], uint64(i%c.Seeds)+1); err != nil {
					cancel(err)
					return
				}
				finished()
			}
		})
	}
	handOut(ctx, todo, len(results))
	working.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return results, nil
}

// handOut numbers the trials until there are enough, or the context ends.
func handOut(ctx context.Context, todo chan<- int, total int) {
	defer close(todo)
	for i := range total {
		select {
		case todo <- i:
		case <-ctx.Done():
			return
		}
	}
}

// counter returns what is to be called after each trial.
func (c *Comparison) counter(total int) func() {
	var mu sync.Mutex
	done := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		if c.Progress != nil {
			c.Progress(done, total)
		}
	}
}

// setDefaults checks what a trial would not, and fills in what is zero.
func (c *Comparison) setDefaults() error {
	switch {
	case len(c.Contenders) == 0:
		return errors.New("replay: a Comparison needs Contenders")
	case c.Engine == nil:
		return errors.New("replay: a Comparison needs Engine, which returns a Config with an empty Loop.Space")
	case c.Seeds < 0 || c.ProfilePerType < 0 || c.Workers < 0:
		return errors.New("replay: Seeds, ProfilePerType and Workers must not be negative; leave them 0 for the defaults")
	}
	if err := cmp.Or(c.checkTraces(), c.checkContenders()); err != nil {
		return err
	}
	if len(c.Profile) == 0 {
		c.Profile = c.Traces
	}
	if c.AlwaysOn == nil {
		entry := EntryPoints(c.Traces) // once for all trials
		c.AlwaysOn = func(id pythia.TracePointID) bool { return entry[id] }
	}
	c.ProfilePerType = cmp.Or(c.ProfilePerType, 30)
	c.Seeds = cmp.Or(c.Seeds, 20)
	c.Workers = cmp.Or(c.Workers, runtime.GOMAXPROCS(0))
	return nil
}

func (c *Comparison) checkTraces() error {
	if err := check(c.Traces); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if len(c.Profile) == 0 {
		return nil
	}
	if err := check(c.Profile); err != nil {
		return fmt.Errorf("replay: Profile: %w", err)
	}
	return nil
}

func (c *Comparison) checkContenders() error {
	named := make(map[string]bool)
	for _, contender := range c.Contenders {
		if contender.Strategy == nil {
			return fmt.Errorf("replay: contender %q has no Strategy", contender.Name)
		}
		if contender.Name == "" || named[contender.Name] {
			return fmt.Errorf("replay: contender %q: give each a name of its own", contender.Name)
		}
		named[contender.Name] = true
	}
	return nil
}

// trial has one contender search once.
func (c *Comparison) trial(ctx context.Context, contender Contender, seed uint64) (*Result, error) {
	r, err := c.search(ctx, contender.Strategy, seed)
	if err != nil {
		return nil, fmt.Errorf("replay: %s, seed %d: %w", contender.Name, seed, err)
	}
	return r, nil
}

func (c *Comparison) search(ctx context.Context, strategy pythia.SearchStrategy, seed uint64) (*Result, error) {
	engine, err := c.Engine()
	if err != nil {
		return nil, err
	}
	space := engine.Loop.Space
	if space == nil || len(space.Children(pythia.RootContext)) > 0 {
		return nil, errors.New("Comparison.Engine must return a Loop.Space that is empty, a new one for each trial")
	}
	for _, t := range Sample(c.Profile, c.ProfilePerType, seed) {
		space.Observe(t)
	}
	engine.Loop.Strategy, engine.Loop.Seed = strategy, seed
	application, err := New(Config{Traces: c.Traces, AlwaysOn: c.AlwaysOn, Optional: c.Optional, Seed: seed})
	if err != nil {
		return nil, err
	}
	return Trial{Application: application, Engine: engine, Truth: c.Truth, PerCycle: c.PerCycle, MaxCycles: c.MaxCycles}.Run(ctx)
}
