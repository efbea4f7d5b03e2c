package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"

	"github.com/kvalifika/sessionkit/sessions/store"
)

// selfie serves a portrait. The API has already checked that the viewer may see it.
func selfie(w http.ResponseWriter, _ *http.Request, _ store.Viewer, reference string) {
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(portrait(reference))
}

// portrait draws a person who does not exist. The same reference gives the same face.
func portrait(reference string) []byte {
	sum := sha256.Sum256([]byte(reference))
	n := binary.BigEndian.Uint64(sum[:])
	pick := func(of []string) string {
		value := of[n%uint64(len(of))]
		n /= uint64(len(of))
		return value
	}
	ground := pick([]string{"#d9e4ee", "#e4e7dc", "#ece2d8", "#dfe0ee", "#d8e8e4", "#eadfe4"})
	skin := pick([]string{"#f1c9a9", "#e3b18c", "#c98f68", "#a66e4b", "#f5d6bd"})
	hair := pick([]string{"#2c2420", "#4a3426", "#6d4a2f", "#8b8680", "#1d1c22", "#a97b4a"})
	coat := pick([]string{"#34506b", "#5a4a66", "#3f5f52", "#7a4d45", "#454c58", "#8a7347"})
	style := pick([]string{
		`<path d="M19 30c0-13 5-18 13-18s13 5 13 18c-2-6-4-9-6-10-6 2-12 1-15-1-2 3-4 6-5 11z" fill="%s"/>`,
		`<path d="M18 46c-3-22 1-35 14-35s17 13 14 35c-4 1-6-1-6-4 2-10 1-17-3-21-5 3-9 3-12 1-3 4-3 12-1 20 0 3-2 5-6 4z" fill="%s"/>`,
		`<path d="M19 28c-1-11 5-17 13-17s14 6 13 17c-1-4-3-7-4-8H23c-2 1-3 4-4 8z" fill="%s"/>`,
		`<path d="M20 24c2-8 6-11 12-11s10 3 12 11c-4-4-8-5-12-5s-8 1-12 5z" fill="%s"/>`,
	})
	behind := ""
	if n%4 == 1 {
		behind = fmt.Sprintf(`<circle cx="32" cy="12" r="6" fill="%s"/>`, hair)
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">`+
		`<rect width="64" height="64" fill="%s"/>%s<path d="M10 64c0-13 9-18 22-18s22 5 22 18z" fill="%s"/>`+
		`<path d="M26 40h12v8c-3 4-9 4-12 0z" fill="%s"/><path d="M26 43c4 3 8 3 12 0v3c-4 3-8 3-12 0z" fill="#000" opacity=".12"/>`+
		`<ellipse cx="32" cy="31" rx="11.5" ry="14" fill="%s"/>`+style+
		`<g fill="#2a211d" opacity=".8"><circle cx="27.5" cy="31" r="1.3"/><circle cx="36.5" cy="31" r="1.3"/></g>`+
		`<path d="M28 38.5c2.500 1.800 5.500 1.800 8 0" fill="none" stroke="#2a211d" stroke-width="1.200" stroke-linecap="round" opacity=".6"/></svg>`,
		ground, behind, coat, skin, skin, hair)
}
