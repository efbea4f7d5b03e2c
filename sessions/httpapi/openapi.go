package httpapi

import (
	"bytes"
	_ "embed" // for the file of the description
	"net/http"
)

//go:embed openapi.json
var description []byte

// descriptionPath is the only path that needs no sign-in.
const descriptionPath = "/openapi.json"

// OpenAPI returns the description of the API that is served at /openapi.json, for a build that
// generates a client. It is OpenAPI 3.0.3 in JSON, and the caller's own copy.
func OpenAPI() []byte { return bytes.Clone(description) }

func (c *call) describe() (any, error) {
	if err := c.none(); err != nil {
		return nil, err
	}
	c.w.Header().Set("Content-Type", typeJSON)
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(description) // it fails only if the client has gone away
	return nil, nil               //nolint:nilnil // answered
}
