package store

// Count is how many sessions a selection has.
type Count struct {
	N     int  // sessions that were counted
	Exact bool // false: there may be more, because the limit or the budget ended the count
}
