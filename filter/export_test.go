package filter

import (
	"maps"
	"slices"
)

// KindNames returns the names of all kinds of criteria.
func KindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

// After returns the end of the range of the terms that begin with a text.
var After = after
