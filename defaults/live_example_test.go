package defaults_test

import (
	"context"
	"fmt"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/render"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// An Engine beside an application, here a simulated one in which requests queue for a lock. It steps once in 10 s of simulated time; beside a real
// application, engine.Run(ctx) does.
func ExampleLive() {
	world := strategytest.NewWorld(strategytest.WorldConfig{Seed: 1})
	if _, err := world.Plant(strategytest.Fault{Kind: strategytest.LockContention}); err != nil {
		panic(err)
	}
	config, err := defaults.Live(world) // the controller of the world's trace points
	if err != nil {
		panic(err)
	}
	config.Loop.Now = world.Now
	engine, err := pythia.New(config)
	if err != nil {
		panic(err)
	}
	for range 40 {
		world.Run(10*time.Second, engine.Observe)
		cycle, err := engine.Step(context.Background())
		if err != nil {
			panic(err)
		}
		for _, d := range cycle.Concluded {
			if d.Stop == pythia.StopExplained {
				fmt.Println(render.Line(d))
			}
		}
	}
	// Output: GET /cart varies by 58 %: lock.queue_length ≥ 13 on payment queue.Push media (p = 0.001)
}
