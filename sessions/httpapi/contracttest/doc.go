// Package contracttest checks the handlers of package httpapi against their OpenAPI description: it
// runs the tests of httpapi, which record every request and answer, and validates each of them with
// an independent validator.
//
// It is a module of its own because the validator would become a dependency of every host. It has
// only tests.
package contracttest
