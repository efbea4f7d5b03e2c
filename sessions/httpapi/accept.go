package httpapi

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// accepts reports whether the request's Accept headers admit a media type (RFC 9110 section
// 12.5.1). Without such a header all types are admitted. The most specific range that names the
// type decides; a range that cannot be parsed admits nothing.
func accepts(r *http.Request, mediaType string) bool {
	ranges := r.Header.Values("Accept")
	if len(ranges) == 0 {
		return true
	}
	kind, _, _ := strings.Cut(mediaType, "/")
	best, admitted := 0, false
	for item := range strings.SplitSeq(strings.Join(ranges, ","), ",") {
		t, params, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		specific := map[string]int{"*/*": 1, kind + "/*": 2, mediaType: 3}[t]
		if specific > best {
			q, err := strconv.ParseFloat(params["q"], 64)
			best, admitted = specific, params["q"] == "" || err == nil && q > 0
		}
	}
	return admitted
}
