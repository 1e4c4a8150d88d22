// Package replay plays recorded, fully instrumented traces as an application whose trace points are switched on and off, to try searches on what
// real systems did.
//
//	application, err := replay.New(replay.Config{Traces: traces})
//	config, err := defaults.Live(application) // it is the controller of its trace points
//	config.Loop.Now = application.Now         // and time is its own
//	engine, err := pythia.New(config)
//	...
//	engine.Observe(application.Next())
//
// # When
//
// To see, before anything is rolled out, what Pythia would have found in traces at hand, at what cost; to compare strategies, groupings or settings on
// the same requests; to reproduce what a search did. Traces come from any reader: adapters/tracefile reads files of the known formats. They
// must hold all that is to be switched, and enough requests of a type: some hundred.
//
// # What is off is hidden
//
// The skeleton is always on: by default the points at which requests enter a service. All others are off until they are enabled. Of a request,
// an [Application] reports the spans of the points that are on when it begins, with their events. The spans of others are left out, and what they called
// hangs below the nearest visible span, as [pythia.Trace.Without] has it. The attributes of points outside the skeleton are left out, too, until
// they are asked for, one by one. Points can be on for some request types only, or for one request in so many, and leases end.
//
// What is reported goes through [pythia.NewTrace], like anything that is reported: clocks that look wrong when what lies between is hidden are set right,
// unfinished spans end with what is seen of them.
//
// # The clock
//
// Time is the application's, and only [Application.Next] moves it: by the same amount for each request, so that they come at the rate of the
// recording on average. A request keeps its durations: all its times are moved by the same amount. It is reported at the moment when it begins, so that no
// test waits for anything.
//
// Time begins when the first request was recorded, in 2098 at the latest, and ends in 2116, as traces cannot hold what comes after: there, the clock stands
// still and nothing is reported any more. Of a request that would last longer the rest is cut, and counted as an impossible time in
// [pythia.Repairs]. Rates so low that not one pass would fit are refused, and so are trials that could go on until then.
//
// # What differs from a live application
//
//   - No request is in flight when points are switched: each is seen with what was on when it began.
//   - Requests come evenly, one at a time, and never slow each other down more than they did when they were recorded. Tracing costs nothing.
//   - After one pass the same requests come again, in another order if there is a seed. What is measured over several passes rests on fewer requests
//     than it counts: intervals are too narrow, and an accident of the recording looks as sure as a law. Record more, rather than play longer.
//   - Skeleton spans have all recorded attributes; of other points, 200 attributes are told apart.
//   - Links to other requests are gone: each request is played under an ID of its own.
//
// # Trials and comparisons
//
// A [Trial] lets one search run for a place that is known, and says whether it was found and what it took: cycles, requests, and trace points
// that were switched on, also those that led nowhere. [FindTruth] finds the place that the traces as a whole point to, where nobody knows it;
// [Sample] draws what a profile would have seen, to fill the search space with. A [Comparison] runs trials of several strategies with several
// seeds and returns a row for each:
//
//	rows, err := replay.Comparison{
//		Traces: traces, Truth: truth, Seeds: 20,
//		Contenders: []replay.Contender{{Name: "top-down", Strategy: strategy.TopDown{}}, {Name: "flat", Strategy: strategy.Flat{}}},
//		Engine: func() (pythia.Config, error) {
//			config, err := defaults.Config(pythia.UntilAnswered)
//			config.Loop.Space = new(searchspace.CCT)
//			return config, err
//		},
//	}.Run(ctx)
//
// The same traces, settings and seeds give the same results, the times that decisions took aside.
//
// # Concurrency, units, cost and failure
//
// An Application is safe for concurrent use. Times are [time.Duration] by the application's clock, spans' Unix nanoseconds; rates are per second. Next takes
// time in proportion to the spans of the request, hidden ones included, and some more for those that are reported: 10 to 60 µs for OpenStack's
// requests of 130 spans. The traces are kept, and 8 bytes a span beside them.
//
// Settings are checked by [New] and [Trial.Run], whose errors say what to do. What is wrong with the traces was repaired when they were built, and stays so;
// traces that are nil or not from NewTrace are refused. The errors of switching are those of [pythia.TracePointController].
package replay
