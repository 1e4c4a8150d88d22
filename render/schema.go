package render

import _ "embed"

//go:embed report.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of what [JSON] writes.
func Schema() string { return schema }
