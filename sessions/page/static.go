package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"net/http"
	"path"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static/page.css static/page.js static/list.js static/htmx.min.js static/htmx.LICENSE static/icon.svg
var staticFiles embed.FS

// files are the static files by name.
type files map[string]file

type file struct {
	content []byte
	tag     string // ETag
}

// readFiles reads the static files, and adds the stylesheet of the host's colours.
func readFiles(o *Options) (files, error) {
	const dir = "static"
	all := files{}
	add := func(name string, content []byte) {
		all[name] = file{content, fmt.Sprintf(`"%x"`, sha256.Sum256(content))}
	}
	list, err := staticFiles.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		content, err := staticFiles.ReadFile(path.Join(dir, one.Name()))
		if err != nil {
			return nil, err
		}
		add(one.Name(), content)
	}
	if len(o.Colours) > 0 {
		colours, err := o.theme(all["page.css"].content)
		if err != nil {
			return nil, err
		}
		add("colours.css", colours)
	}
	return all, nil
}

// versioned returns the name of a file with its version, so that a page never gets the file of
// another release from a browser's cache.
func (f files) versioned(name string) string { return name + "?v=" + f[name].tag[1:13] }

// ServeHTTP serves one file. There is no directory listing.
func (f files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	one, ok := f[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "private, max-age=300")
	w.Header().Set("ETag", one.tag)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(one.content))
}
