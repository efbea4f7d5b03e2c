package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDrawSVG(t *testing.T) {
	var groups []lengthGroup
	for n := 0; n <= longestRunes; n++ {
		g := lengthGroup{length: n}
		g.took = times{time.Duration(n+1) * time.Millisecond, time.Hour}
		groups = append(groups, g)
	}
	drawing := drawSVG("a <b> & c", `"note"`, []curve{
		curveOf("median", "ours", groups, 50), curveOf("slowest", "theirs dashed", groups, 100), {label: "nothing"},
	}, longestRunes)

	decoder := xml.NewDecoder(strings.NewReader(drawing))
	var lines [][]string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, "it is XML")
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "polyline" {
			for _, a := range e.Attr {
				if a.Name.Local == "points" {
					lines = append(lines, strings.Fields(a.Value))
				}
			}
		}
	}
	require.Len(t, lines, 2, "a curve without points is not drawn")
	require.Len(t, lines[0], longestRunes, "a query without text has no length")
	require.Equal(t, "64.0,287.8", lines[0][0], "2 ms at one character")
	require.Equal(t, "64.0,56.0", lines[1][0], "an hour is at the top")
	require.Contains(t, drawing, "prefers-color-scheme: dark")
	require.NotContains(t, drawing, "a <b>")
}

func TestReport(t *testing.T) {
	var b bytes.Buffer
	report{&b}.samples("Heading", []*group{
		{name: "one", took: times{time.Millisecond, 3 * time.Second}, stopped: 1, keystrokes: 2},
	}, 2*time.Second)
	require.Equal(t, `
### Heading

|  | keystrokes | p50 | p90 | p99 | max | over 2s |
|---|---:|---:|---:|---:|---:|---:|
| one | 2 | 1.00 ms | > 2s | > 2s | > 2s | 1 |
| **all** | 2 | 1.00 ms | > 2s | > 2s | > 2s | 1 |

`, b.String())
}
