package pythia_test

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/pythia-trace/pythia"

// mayImport says which packages of Pythia each may import: the root, imported by all, imports none; the siblings that hold the
// algorithms meet in the root's types and never import each other.
var mayImport = map[string][]string{
	"":            {},
	"grouping":    {""},
	"localize":    {""},
	"searchspace": {""},
	"strategy":    {""},
	"cca":         {""},
	"tracepoint":  {""},
	"render":      {""},
	"internal":    {"localize"},
	"adapters":    {"", "adapters", "tracepoint"},
	"defaults":    {"", "grouping", "localize", "searchspace", "strategy", "cca", "tracepoint"},
	"examples":    {"", "grouping", "localize", "searchspace", "strategy", "cca", "tracepoint", "render", "adapters", "defaults"},
	"cmd":         {"", "grouping", "localize", "searchspace", "strategy", "cca", "tracepoint", "render", "adapters", "defaults", "cmd"},
}

// TestImportDirection checks the imports of all packages, tests aside.
func TestImportDirection(t *testing.T) {
	for pkg, imports := range listImports(t) {
		from := folder(pkg)
		allowed, known := mayImport[from]
		require.True(t, known, "%s lies in a folder that mayImport does not know: add it there and to docs/architecture.md", pkg)
		for _, imported := range imports {
			switch {
			case strings.HasPrefix(imported, module):
				to := folder(imported)
				assert.True(t, to == from || slices.Contains(allowed, to), "%s must not import %s", pkg, imported)
			case from == "" && strings.Contains(imported, "."):
				assert.Fail(t, "the root package imports the standard library only", "%s", imported)
			}
		}
	}
}

// listImports returns what every package of the workspace imports.
func listImports(t *testing.T) map[string][]string {
	t.Helper()
	var stderr bytes.Buffer
	list := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "work")
	list.Stderr = &stderr
	out, err := list.Output()
	require.NoError(t, err, stderr.String())
	imports := make(map[string][]string)
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		imports[fields[0]] = fields[1:]
	}
	require.Contains(t, imports, module)
	return imports
}

// folder is the first element of a package's path within the module; empty for the root.
func folder(pkg string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(pkg, module), "/"), "/")
	return first
}
