package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/internal/testdata"
)

// strictSchema compiles the published schema, made stricter: properties that it does not document are errors. The published one allows
// them, so that fields can be added.
func strictSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	o := command("schema")
	require.Equal(t, exitOK, o.status)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(o.stdout))
	require.NoError(t, err)
	forbidOthers(doc)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("report.json", doc))
	s, err := c.Compile("report.json")
	require.NoError(t, err)
	return s
}

func forbidOthers(node any) {
	switch n := node.(type) {
	case map[string]any:
		if _, ok := n["properties"]; ok {
			n["additionalProperties"] = false
		}
		for _, v := range n {
			forbidOthers(v)
		}
	case []any:
		for _, v := range n {
			forbidOthers(v)
		}
	}
}

func validate(t *testing.T, s *jsonschema.Schema, args ...string) {
	t.Helper()
	o := command(append([]string{"diagnose", "--format", "json"}, args...)...)
	require.Equal(t, exitOK, o.status, o.stderr)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(o.stdout))
	require.NoError(t, err)
	require.NoError(t, s.Validate(doc))
}

func TestReportFollowsSchema(t *testing.T) {
	s := strictSchema(t)
	now := file(t, "now.jsonl", requests(60, 50)...)
	validate(t, s, now)
	validate(t, s, "--baseline", file(t, "before.jsonl", requests(60, 0)...), now)
	validate(t, s, "--baseline", file(t, "empty"), now)
	validate(t, s, file(t, "few.jsonl", requests(2, 0)...))
}

func TestReportOfRealDataFollowsSchema(t *testing.T) {
	s := strictSchema(t)
	validate(t, s, testdata.Shared(t, "openstack", "stock.points.jsonl.gz"))
	validate(t, s,
		"--baseline", testdata.Shared(t, "nezha", "ob-0823-1430-productcatalog-network_delay.normal.otlp.jsonl.gz"),
		testdata.Shared(t, "nezha", "ob-0823-1430-productcatalog-network_delay.fault.otlp.jsonl.gz"))
}

func TestSchemaIsPrinted(t *testing.T) {
	var doc map[string]any
	require.NoError(t, json.Unmarshal([]byte(command("schema").stdout), &doc))
	require.Equal(t, "https://json-schema.org/draft/2020-12/schema", doc["$schema"])
}
