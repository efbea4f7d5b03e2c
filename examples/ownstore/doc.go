// Command ownstore uses the SDK with a table that is not its own: with codes for states and
// documents, with NULLs, and without a search key. It changes nothing in that table. A host writes
// only host.go; the rest makes the table, fills it, and shows which operations work and what they
// cost. With -addr it serves the page, and the API below it.
//
//	go -C examples run ./ownstore
//	go -C examples run ./ownstore -n 200000 -search "beridze"
//	go -C examples run ./ownstore -addr 127.0.0.1:8081
//
// Searches are exact although nothing in the table is folded: the rows of the company are matched
// in Go, newest first, within the Store's work budget. A common name is found at once. A rare one
// uses the whole budget, and the page says how far back it searched.
package main
