// Package memstore keeps sessions in memory: for tests, for examples, and as the plainest reading
// of what a [store.Backend] promises. What it answers is what package filter's Match says, session
// by session.
//
// It does all that a Backend may do: it has every optional interface of package store except
// [store.Pooled], since it has no connections. One list of pointers per company, oldest first, is
// searched by position and read from its end; a budget counts the sessions that were looked at.
// Reading a page costs the sessions between its ends, whatever lies before it; inserting a session
// that is not the newest moves those that are newer. Sessions are copied on their way in and out.
//
// A watermark is the number of changes the company has seen. Writers take turns, so that no change
// becomes visible late.
//
// [Settings] keeps settings with their history, and [Trail] keeps audit trails, until the process
// ends.
//
// All of them may be used by many goroutines. Their zero values are empty and ready to use.
package memstore
