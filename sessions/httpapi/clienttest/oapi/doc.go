// Package oapi calls the API by a client that oapi-codegen makes.
package oapi

import _ "github.com/oapi-codegen/runtime" // of what is generated
