package contracttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/errors"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/httpapi"
)

// exchange is a request and its answer, as the tests of httpapi record them.
type exchange struct {
	Test           string
	Method, Target string
	Header         http.Header
	Body           string
	Status         int
	AnswerHeader   http.Header
	Answer         string
}

// request returns the request again.
func (x *exchange) request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), x.Method, "http://host"+x.Target, strings.NewReader(x.Body))
	require.NoError(t, err)
	r.Header = x.Header
	return r
}

// canonical rewrites a body in the types of the description, which permits further forms in words
// only: a single value becomes a list of one, levels become texts, and texts of integers numbers.
func canonical(t *testing.T, description, body string) string {
	t.Helper()
	var described struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Type string }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(description), &described))
	known := described.Components.Schemas["ListQuery"].Properties
	maps.Copy(known, described.Components.Schemas["ExportQuery"].Properties)
	members := map[string]any{}
	if json.Unmarshal([]byte(body), &members) != nil {
		return body
	}
	for name, value := range members {
		switch known[name].Type {
		case "array":
			list, ok := value.([]any)
			if !ok {
				list = []any{value}
			}
			for i, v := range list {
				list[i] = fmt.Sprint(v)
			}
			members[name] = list
		case "integer":
			if text, ok := value.(string); ok {
				members[name] = json.Number(text)
			}
		case "":
			if group, key, ok := strings.Cut(name, "."); ok {
				delete(members, name)
				if _, list := value.([]any); !list {
					value = []any{value}
				}
				members[group] = map[string]any{key: value}
			}
		}
	}
	text, err := json.Marshal(members)
	require.NoError(t, err)
	return string(text)
}

// response returns the answer again.
func (x *exchange) response() *http.Response {
	return &http.Response{StatusCode: x.Status, Header: x.AnswerHeader, Body: io.NopCloser(strings.NewReader(x.Answer))}
}

// operation returns the operation under the name that it has in the description.
func (x *exchange) operation(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(x.Target)
	require.NoError(t, err)
	segments := strings.Split(u.EscapedPath(), "/")
	if len(segments) > 2 && segments[1] == "sessions" && segments[2] != "" {
		segments[2] = "{id}"
	}
	return strings.ToLower(x.Method) + " " + strings.Join(segments, "/")
}

// exchanges runs the tests of httpapi and returns the exchanges that they record.
func exchanges(t *testing.T) []exchange {
	t.Helper()
	path := filepath.Join(t.TempDir(), "exchanges")
	run := exec.CommandContext(t.Context(), "go", "-C", "..", "test", "-count=1", ".")
	run.Env = append(os.Environ(), "SESSIONKIT_HTTPAPI_RECORD="+path)
	output, err := run.CombinedOutput()
	require.NoError(t, err, string(output))
	lines, err := os.ReadFile(path)
	require.NoError(t, err)
	var list []exchange
	for line := range bytes.Lines(lines) {
		var x exchange
		require.NoError(t, json.Unmarshal(line, &x))
		list = append(list, x)
	}
	return list
}

// operations returns the operations of a description, with the statuses of each.
func operations(t *testing.T, description string) map[string]map[string]any {
	t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(description), &document))
	found := map[string]map[string]any{}
	for path, methods := range document.Paths {
		for method, raw := range methods {
			if method == "parameters" {
				continue
			}
			var operation struct{ Responses map[string]any }
			require.NoError(t, json.Unmarshal(raw, &operation))
			found[method+" "+path] = operation.Responses
		}
	}
	return found
}

func TestHandlersKeepToTheDescription(t *testing.T) {
	list := exchanges(t)
	description := string(httpapi.OpenAPI())
	document, err := libopenapi.NewDocument([]byte(description))
	require.NoError(t, err)
	check, problems := validator.NewValidator(document)
	require.Empty(t, problems)
	valid, violations := check.ValidateDocument()
	require.True(t, valid, messages(violations))

	described := operations(t, description)
	seen := map[string]int{}
	for _, x := range list {
		operation := x.operation(t)
		responses, ok := described[operation]
		switch {
		case x.Method == http.MethodHead: // a GET without its body
		case !ok:
			require.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, x.Status, "%s: %s", x.Test, operation)
		case x.Status == http.StatusNotModified:
			require.Contains(t, responses, "304", "%s: %s", x.Test, operation)
		default:
			seen[operation+" "+http.StatusText(x.Status)]++
			res := x.response()
			valid, violations := check.ValidateHttpResponse(x.request(t), res)
			require.NoError(t, res.Body.Close())
			require.True(t, valid, "%s: %s %s %s: %s\n%s", x.Test, x.Method, x.Target, x.Body, messages(violations), x.Answer)
			// The description has forms in words only.
			if x.Status == http.StatusOK && !strings.Contains(x.Header.Get("Content-Type"), "form") {
				if x.Method == http.MethodPost {
					x.Body = canonical(t, description, x.Body)
				}
				valid, violations := check.ValidateHttpRequest(x.request(t))
				require.True(t, valid, "%s: %s %s %s: %s", x.Test, x.Method, x.Target, x.Body, messages(violations))
			}
		}
	}
	for operation := range described {
		require.Positive(t, seen[operation+" OK"], operation)
		if operation == "get /openapi.json" { // it needs no sign-in
			continue
		}
		require.Positive(t, seen[operation+" Unauthorized"], operation)
	}
	t.Logf("%d exchanges of %d kinds", len(list), len(seen))
}

// messages returns the messages of violations.
func messages(violations []*errors.ValidationError) string {
	var b strings.Builder
	for _, v := range violations {
		b.WriteString(v.Message + ": " + v.Reason)
		for _, s := range v.SchemaValidationErrors {
			b.WriteString("; " + s.Reason + " at " + s.FieldPath)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
