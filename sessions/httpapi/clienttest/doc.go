// Package clienttest tests the description of the HTTP API with clients that are generated from it,
// by oapi-codegen and ogen for Go and by openapi-typescript for TypeScript. It compiles them, and
// calls every route of a handler with each.
//
// The generated code is not in the tree: the tests write it to a temporary directory, and overlay
// it on the packages oapi and ogen, which use it. The package is a module of its own because the
// generators would become dependencies of every host. It has only tests.
package clienttest
