package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean replaces what a terminal would not show as a character: control and format characters, and bytes that are not UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// columns counts the terminal columns of printable text.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// wide holds the ranges that the Unicode standard calls East Asian Wide, coarsely, and emoji.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{{0x1100, 0x115f, 1}, {0x2e80, 0xa4cf, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1}},
	R32: []unicode.Range32{{0x1f300, 0x1faff, 1}, {0x20000, 0x3fffd, 1}},
}

func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// elide shortens text to a width by leaving out its middle: what tells names apart is mostly at their ends.
func elide(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	runes := []rune(s)
	left, right := 0, len(runes)
	for budget := width - 1; left < right; {
		next, fromLeft := right-1, false
		if len(runes)-right > left { // keep as much of the end as of the beginning, the end first
			next, fromLeft = left, true
		}
		if budget -= runeColumns(runes[next]); budget < 0 {
			break
		}
		if fromLeft {
			left++
		} else {
			right--
		}
	}
	return string(runes[:left]) + "…" + string(runes[right:])
}

// wrap breaks text at spaces into lines: the first of at most first columns, the others of at most rest. What is quoted is kept together
// if a line has room for it; a word for which none has is elided.
func wrap(s string, first, rest int) []string {
	var lines []string
	line, width := "", first
	for _, word := range words(s, rest) {
		if line != "" && columns(line)+1+columns(word) > width {
			lines, line, width = append(lines, line), "", rest
		}
		if line != "" {
			line += " "
		}
		line += elide(word, max(first, rest))
		if line == word && columns(line) > width {
			line = elide(line, width)
		}
	}
	return append(lines, line)
}

// words splits text at spaces, except at those between quotation marks that are at most width apart.
func words(s string, width int) []string {
	parts := strings.Split(s, " ")
	var out []string
	for i := 0; i < len(parts); {
		end := i + 1
		if strings.HasPrefix(parts[i], `"`) {
			for k := i; k < len(parts); k++ {
				if strings.HasSuffix(strings.TrimRight(parts[k], ",;.)"), `"`) && (k > i || len(parts[k]) > 1) {
					if columns(strings.Join(parts[i:k+1], " ")) <= width {
						end = k + 1
					}
					break
				}
			}
		}
		out = append(out, strings.Join(parts[i:end], " "))
		i = end
	}
	return out
}

// pad fills text with spaces up to a width, on the left for a negative one.
func pad(s string, width int) string {
	if width < 0 {
		return strings.Repeat(" ", max(0, -width-columns(s))) + s
	}
	return s + strings.Repeat(" ", max(0, width-columns(s)))
}

// Printable replaces control characters in text that comes from traces, so that it can be printed to a terminal.
func Printable(s string) string { return clean(s) }
