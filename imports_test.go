package pythia_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/pythia-trace/pythia"

// mayImport says which packages of Pythia each may import: the root, imported by all, imports none; the siblings that hold the
// algorithms meet in the root's types and never import each other. What several modules share and nobody else needs lies in internal.
var mayImport = map[string][]string{
	"":            {},
	"grouping":    {""},
	"localize":    {""},
	"searchspace": {""},
	"strategy":    {""},
	"cca":         {""},
	"tracepoint":  {"", "internal"},
	"render":      {""},
	"replay":      {""},
	"internal":    {"", "localize"},
	"adapters":    {"", "adapters", "tracepoint", "internal"},
	"defaults":    {"", "grouping", "localize", "searchspace", "strategy", "cca", "tracepoint"},
	"examples":    {"", "grouping", "localize", "searchspace", "strategy", "cca", "tracepoint", "render", "replay", "adapters", "defaults"},
	"pythiatest":  {"", "localize", "cca", "tracepoint", "render", "adapters", "defaults"},
	"benchmarks":  {"", "grouping", "localize", "cca", "searchspace", "strategy", "tracepoint", "replay", "adapters", "defaults"},
	"cmd":         {"", "grouping", "localize", "searchspace", "strategy", "cca", "tracepoint", "render", "replay", "adapters", "defaults", "cmd"},
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

// listImports returns what every package of the workspace imports. It reads the files itself, so that a cached result is never stale.
func listImports(t *testing.T) map[string][]string {
	t.Helper()
	imports := make(map[string][]string)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := strings.TrimSuffix(module+"/"+filepath.ToSlash(filepath.Dir(path)), "/.")
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imports[pkg] = append(imports[pkg], imported)
		}
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, imports, module)
	return imports
}

// folder is the first element of a package's path within the module; empty for the root.
func folder(pkg string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(pkg, module), "/"), "/")
	return first
}
