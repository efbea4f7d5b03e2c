// Command ownstore puts the SDK over a table that is not its own: codes for states and documents,
// NULLs, no search key. It changes nothing in that table. host.go is all that a host writes; the
// rest makes the table, fills it, and shows what works and what it costs. With -addr it serves the
// page, and the API below it.
//
//	go -C examples run ./ownstore
//	go -C examples run ./ownstore -n 200000 -search "beridze"
//	go -C examples run ./ownstore -addr 127.0.0.1:8081
//
// Searches are exact although nothing in the table is folded: the rows of the company are matched
// in Go, newest first, within the Store's work budget. A common name is found at once; a rare one
// costs the budget, and the page says how far back it came.
package main
