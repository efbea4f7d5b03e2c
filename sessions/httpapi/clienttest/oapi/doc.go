// Package oapi calls the API with a client that oapi-codegen generates.
package oapi

import _ "github.com/oapi-codegen/runtime" // a dependency of the generated code
