package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// curve is a line of a drawing: a time for each typed length.
type curve struct {
	label  string
	class  string // classes of the style: ours or theirs, and dashed
	points []point
}

// point is a point of a curve.
type point struct {
	length int
	took   time.Duration
}

// curveOf returns the curve of a percentile.
func curveOf(label, class string, groups []lengthGroup, p float64) curve {
	c := curve{label: label, class: class}
	for _, g := range groups {
		if g.length > 0 {
			c.points = append(c.points, point{g.length, g.took.percentile(p)})
		}
	}
	return c
}

// The dimensions of the drawing, in pixels.
const (
	width, height            = 760, 400
	left, right, top, bottom = 64, 150, 56, 48
)

// drawSVG returns a drawing of latency by typed length, on a logarithmic scale, that is readable on
// a light and on a dark page.
func drawSVG(title, note string, curves []curve, longest int) string {
	const lowestMillis, highestMillis = 0.1, 100_000.0
	x := func(length int) float64 {
		return left + float64(length-1)/float64(max(longest-1, 1))*(width-left-right)
	}
	y := func(ms float64) float64 {
		ms = min(max(ms, lowestMillis), highestMillis)
		return top + (math.Log10(highestMillis)-math.Log10(ms))/(math.Log10(highestMillis)-math.Log10(lowestMillis))*(height-top-bottom)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">
<style>
  svg { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --faint: #d1d9e0; --ours: #0969da; --theirs: #bc4c00; --other: #6e7781; }
  @media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #e6edf3; --faint: #3d444d; --ours: #58a6ff; --theirs: #f0883e; --other: #9198a1; } }
  text { font: 12px system-ui, sans-serif; fill: var(--ink); }
  .title { font-size: 15px; font-weight: 600; }
  .paper { fill: var(--paper); }
  .grid { stroke: var(--faint); stroke-width: 1; }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
  .ours { stroke: var(--ours); } .theirs { stroke: var(--theirs); } .other { stroke: var(--other); }
  .dashed { stroke-dasharray: 2 5; stroke-linecap: round; }
</style>
<rect class="paper" width="100%%" height="100%%"/>
`, width, height, escape(title))
	fmt.Fprintf(&b, "<text class=\"title\" x=\"%d\" y=\"22\">%s</text>\n<text x=\"%d\" y=\"40\">%s</text>\n", left, escape(title), left, escape(note))
	for ms := lowestMillis; ms <= highestMillis*1.01; ms *= 10 {
		fmt.Fprintf(&b, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
			left, width-right, y(ms), y(ms), left-8, y(ms)+4, tick(ms))
	}
	for n := 1; n <= longest; n++ {
		label := fmt.Sprint(n)
		if n == longest {
			label += "+"
		}
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x(n), height-bottom+18, label)
	}
	fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">characters typed</text>\n", (left+width-right)/2, height-10)
	labelled := []float64{}
	for _, c := range curves {
		if len(c.points) == 0 {
			continue
		}
		var path []string
		at := 0.0
		for _, p := range c.points {
			at = y(milliseconds(p.took))
			path = append(path, fmt.Sprintf("%.1f,%.1f", x(p.length), at))
		}
		fmt.Fprintf(&b, "<polyline class=\"line %s\" points=\"%s\"/>\n", c.class, strings.Join(path, " "))
		at = apart(at, labelled)
		labelled = append(labelled, at)
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%.1f\">%s</text>\n", width-right+8, at+4, escape(c.label))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// apart moves a label up until it does not touch the others.
func apart(at float64, others []float64) float64 {
	for moved := true; moved; {
		moved = false
		for _, o := range others {
			if math.Abs(at-o) < 14 {
				at, moved = o-14, true
			}
		}
	}
	return at
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// tick returns the label of a time on the axis.
func tick(ms float64) string {
	if ms >= 1000 {
		return fmt.Sprintf("%g s", math.Round(ms/1000))
	}
	return fmt.Sprintf("%.3g ms", ms)
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}
