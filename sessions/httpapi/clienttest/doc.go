// Package clienttest has clients of the HTTP API generated from its description, by oapi-codegen and
// ogen for Go and by openapi-typescript for TypeScript, compiles them, and calls every route of a
// handler with each.
//
// What is generated is nowhere in the tree: the tests write it to a directory of their own and lay
// it over the packages oapi and ogen, which hold what calls it. The package is a module of its own
// because the generators would enter the dependencies of every host. It has tests only.
package clienttest
