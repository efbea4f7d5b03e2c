// Package contracttest holds the handlers of package httpapi to their OpenAPI description: it runs
// the tests of httpapi, which write down every request and answer, and has each of them judged by a
// validator that knows nothing of the handlers.
//
// It is a module of its own because the validator would enter the dependencies of every host. It
// has tests only.
package contracttest
