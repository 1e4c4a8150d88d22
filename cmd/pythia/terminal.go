package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/pythia-trace/pythia/render"
)

// widest is how wide text gets on a wide terminal: longer lines are hard to read.
const widest = 110

// terminal returns the file behind a stream if it is a terminal.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// terminalOptions fits text to where it is written: the width of a terminal, with colours unless the user asks for none
// (https://no-color.org); 80 columns and no colours elsewhere.
func terminalOptions(stdout io.Writer) render.Options {
	f, ok := terminal(stdout)
	if !ok {
		return render.Options{}
	}
	o := render.Options{Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		o.Width = min(width, widest)
	}
	return o
}
