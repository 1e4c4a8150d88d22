package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/pythia-trace/pythia/adapters/tracefile"
)

// progressDelay is how long reading may take before a bar is shown: on short work it would only flicker.
const progressDelay = 500 * time.Millisecond

// progress shows how far the reading is, or other work. A nil *progress shows nothing.
type progress struct {
	started time.Time
	before  int64 // bytes of the files that are done
	current tracefile.Progress
	bar     *progressbar.ProgressBar
	shown   bool
}

// newProgress returns nil if standard error is no terminal or no bar is wanted.
func newProgress(stderr io.Writer, files []string, unwanted bool) *progress {
	if _, ok := terminal(stderr); !ok || unwanted {
		return nil
	}
	return showProgress(stderr, totalSize(files))
}

// newTrialProgress is the same for the trials of a replay.
func newTrialProgress(stderr io.Writer, trials int, unwanted bool) *progress {
	if _, ok := terminal(stderr); !ok || unwanted {
		return nil
	}
	return showWork(stderr, int64(trials), "searching", progressbar.OptionShowCount())
}

// showProgress returns the progress of reading total bytes. Nothing is written before the first update that comes late enough.
func showProgress(out io.Writer, total int64) *progress {
	return showWork(out, total, "reading traces", progressbar.OptionShowBytes(true))
}

// showWork returns the progress of work that has so many steps; set says how many are done.
func showWork(out io.Writer, total int64, description string, more ...progressbar.Option) *progress {
	return &progress{started: time.Now(), bar: progressbar.NewOptions64(total, append(more,
		progressbar.OptionSetWriter(out),
		progressbar.OptionSetDescription(description),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)...)}
}

// totalSize adds up the files' sizes; it returns -1 if one has none, as a pipe.
func totalSize(files []string) int64 {
	var sum int64
	for _, name := range files {
		if name == "-" {
			return -1
		}
		info, err := os.Stat(name)
		switch {
		case err != nil: // the reading will say so
		case !info.Mode().IsRegular():
			return -1
		default:
			sum += info.Size()
		}
	}
	return sum
}

// update moves the bar. It is called from one goroutine.
func (p *progress) update(now tracefile.Progress) {
	if now.File != p.current.File || now.Bytes < p.current.Bytes {
		p.before += p.current.Bytes
	}
	p.current = now
	p.set(p.before + now.Bytes)
}

// set moves the bar to so many steps.
func (p *progress) set(done int64) {
	if time.Since(p.started) < progressDelay {
		return
	}
	p.shown = true
	_ = p.bar.Set64(done) // only fails past the end, when a file grew
}

// clear removes the bar.
func (p *progress) clear() {
	if p != nil && p.shown {
		_ = p.bar.Clear()
	}
}
