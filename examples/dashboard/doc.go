// Command dashboard is the All Sessions page of an identity-verification product behind a sign-in,
// with sessions to look at.
//
//	go -C examples run ./dashboard
//
// It prints the address to open. Without further flags it keeps 50,000 generated sessions of three
// companies in an embedded SQLite database that is deleted when it ends, and lets new sessions come
// in every few seconds. Each company has a Master User, an agent, and an agent for whom some fields
// are masked, wherever they are.
//
// The page is package sessions/page, mounted in newSite. What is here is what a host has: a
// sign-in, a storage, selfies. The tests use the page in a real browser; testdata/axe.min.js, which
// judges its accessibility, is axe-core 4.14.1 under the Mozilla Public License 2.0
// (testdata/axe.LICENSE), unchanged.
package main
