package render_test

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

func jsonOf(t *testing.T, r *pythia.Report, s render.Sources) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, render.JSON(&b, r, s))
	return b.String()
}

// requireFollowsSchema checks a report against the parts of JSON Schema that the published one describes objects with: required and known properties,
// items, types and enumerations. The command line's tests use a complete validator, but have no diagnoses.
func requireFollowsSchema(t *testing.T, report string) {
	t.Helper()
	var schema map[string]any
	var value any
	require.NoError(t, json.Unmarshal([]byte(render.Schema()), &schema))
	require.NoError(t, json.Unmarshal([]byte(report), &value))
	(&validator{t, schema["$defs"].(map[string]any)}).check("report", schema, value)
}

type validator struct {
	t    *testing.T
	defs map[string]any
}

func (v *validator) check(path string, schema map[string]any, value any) {
	v.t.Helper()
	if ref, ok := schema["$ref"].(string); ok {
		v.check(path, v.defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), value)
		return
	}
	if enum, ok := schema["enum"].([]any); ok {
		require.Contains(v.t, enum, value, path)
	}
	if types, ok := schema["type"]; ok {
		require.Condition(v.t, func() bool { return slices.Contains(oneOrMore(types), typeOf(value)) }, "%s is a %s", path, typeOf(value))
	}
	switch x := value.(type) {
	case []any:
		for _, item := range x {
			v.check(path+"[]", schema["items"].(map[string]any), item)
		}
	case map[string]any:
		v.checkObject(path, schema, x)
	}
}

func (v *validator) checkObject(path string, schema map[string]any, object map[string]any) {
	v.t.Helper()
	properties, ok := schema["properties"].(map[string]any)
	if !ok { // a map, or a choice between schemas
		return
	}
	if required, ok := schema["required"].([]any); ok {
		for _, name := range required {
			require.Contains(v.t, object, name, path)
		}
	}
	for name, value := range object {
		require.Contains(v.t, properties, name, path)
		v.check(path+"."+name, properties[name].(map[string]any), value)
	}
}

func oneOrMore(types any) []string {
	if one, ok := types.(string); ok {
		return []string{one}
	}
	var out []string
	for _, name := range types.([]any) {
		out = append(out, name.(string))
		if name == "number" {
			out = append(out, "integer")
		}
	}
	return out
}

func typeOf(value any) string {
	switch x := value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case float64:
		if x == math.Trunc(x) {
			return "integer"
		}
		return "number"
	}
	return "object"
}

func TestDiagnosesFollowTheSchema(t *testing.T) {
	r := live()
	for _, stop := range []pythia.StopReason{
		pythia.StopExplained, pythia.StopLeaf, pythia.StopUnaffordable, pythia.StopTooFew, pythia.StopSpread, pythia.StopGone,
	} {
		d := explained()
		d.Stop = stop
		d.Findings[0].VarianceShare, d.Hypotheses[0].After = math.NaN(), math.Inf(1)
		r.Diagnoses = append(r.Diagnoses, d)
	}
	for _, outcome := range []pythia.Outcome{
		pythia.OutcomeOpen, pythia.OutcomeHelped, pythia.OutcomeNoHelp, pythia.OutcomeTooFew, pythia.OutcomeDropped, pythia.OutcomeFailed, pythia.OutcomeGone,
	} {
		r.Diagnoses[1].Hypotheses = append(r.Diagnoses[1].Hypotheses, pythia.Hypothesis{Outcome: outcome})
	}
	requireFollowsSchema(t, jsonOf(t, r, render.Sources{}))
	full, s := example()
	requireFollowsSchema(t, jsonOf(t, full, s))
}

func TestJSONTellsDiagnoses(t *testing.T) {
	var got struct {
		Diagnoses []struct {
			Summary, Started, Ended, Stop string
			Findings                      []map[string]any
			Hypotheses                    []map[string]any
		}
	}
	require.NoError(t, json.Unmarshal([]byte(jsonOf(t, live(), render.Sources{})), &got))
	require.Len(t, got.Diagnoses, 2, "in the report's order")
	inProgress, ended := got.Diagnoses[0], got.Diagnoses[1]
	require.Empty(t, inProgress.Stop+inProgress.Ended)
	require.Equal(t, "explained", ended.Stop)
	require.Equal(t, "2026-03-01T10:01:30Z", ended.Ended)
	require.Equal(t, render.Line(explained()), ended.Summary)
	require.Equal(t, 0.93, ended.Findings[0]["variance_share"])
	require.Equal(t, map[string]any{
		"point": map[string]any{"service": "payment", "operation": "Charge", "layer": "app"}, "attributes": []any{},
		"why": `inside "POST /checkout", varied when profiled (sd 3 ms in 60 workflows)`, "enabled": "2026-03-01T10:00:00Z", "share_before": 1.0,
		"share_after": 0.02, "requests": 305.0, "outcome": "no_help", "disabled": "2026-03-01T10:00:30Z", "why_disabled": "it carries 2 % only",
	}, ended.Hypotheses[1])
	require.NotContains(t, ended.Hypotheses[2], "share_after", "not judged")
	require.Equal(t, 0.98, ended.Hypotheses[3]["correlation"])
	require.NotContains(t, ended.Hypotheses[3], "share_before")
}
