package markdown

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	table := Table{Heads: []string{"what", "how many"}, Left: 1}
	require.Equal(t, "| what | how many |\n|---|--:|", table.String())
	table.Add("a|b", "2")
	require.Equal(t, "| what | how many |\n|---|--:|\n| a\\|b | 2 |", table.String())
}
