// Command dashboard serves the All Sessions page of an identity-verification product, with
// generated sessions and a sign-in.
//
//	go -C examples run ./dashboard
//
// It prints the address to open. By default it keeps 50,000 generated sessions of three companies
// in an SQLite database that is deleted when it ends, and adds a new session every few seconds.
// Each company has a Master User, an agent, and an agent for whom some fields are masked.
//
// The page is package sessions/page, mounted in newSite. This program adds the parts that a host
// has: a sign-in, a storage, selfies. The tests use the page in a real browser. They check its
// accessibility with testdata/axe.min.js, which is axe-core 4.14.1 under the Mozilla Public License
// 2.0 (testdata/axe.LICENSE), unchanged.
package main
