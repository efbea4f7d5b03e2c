package httpapi

import (
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

// routes are the paths of the package comment, as patterns of http.ServeMux.
func routes() map[string]methods {
	selection := func(do func(*call) (any, error)) methods {
		return methods{http.MethodGet: document(do), http.MethodPost: document(do)}
	}
	return map[string]methods{
		"/sessions":               selection((*call).list),
		"/sessions/{id}":          {http.MethodGet: document((*call).details)},
		"/sessions/{id}/attempts": {http.MethodGet: document((*call).attempts)},
		"/sessions/{id}/selfie":   {http.MethodGet: (*call).selfie},
		"/changes":                selection((*call).changes),
		"/count":                  selection((*call).count),
		"/facets":                 selection((*call).facets),
		"/tally":                  selection((*call).tally),
		"/export":                 {http.MethodPost: (*call).export},
		"/settings":               {http.MethodGet: document((*call).settings), http.MethodPut: document((*call).saveSettings)},
		"/audit":                  {http.MethodGet: document((*call).audit)},
		descriptionPath:           {http.MethodGet: document((*call).describe)},
	}
}

// operation answers a call. If it returns an error, it has not written an answer.
type operation func(*call) error

// methods are the operations of one path.
type methods map[string]operation

// allow returns the methods for the header Allow.
func (m methods) allow() string {
	names := slices.Sorted(maps.Keys(m))
	if _, ok := m[http.MethodGet]; ok {
		names = append(names, http.MethodHead)
	}
	return strings.Join(names, ", ")
}

// mux routes by path only, so that a wrong method is answered with a problem document too.
func (a *api) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, of := range routes() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { a.answer(w, r, of) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { a.answer(w, r, nil) })
	return mux
}

// clean reports whether a path has no steps that are empty, "." or "..". ServeMux would redirect
// such a path to the cleaned one, so that the path of a session with the ID ".." would become
// another path.
func clean(escaped string) bool {
	cleaned := path.Clean(escaped)
	return escaped == cleaned || escaped == cleaned+"/"
}
