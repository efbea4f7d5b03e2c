package generate

import (
	"fmt"
	"math/rand/v2"

	"github.com/kvalifika/sessionkit/sessions"
)

// device is the device on which a person holds a session.
type device struct {
	kind               sessions.Device
	browser, os, model string
}

// devices are drawn by zipf: frequent ones come first.
var devices = []device{
	{sessions.Mobile, "Chrome Mobile", "Android 14", "Samsung SM-A155F"},
	{sessions.Mobile, "Mobile Safari", "iOS 18.5", "iPhone 13"},
	{sessions.Mobile, "Chrome Mobile", "Android 13", "Xiaomi Redmi Note 12"},
	{sessions.Mobile, "Mobile Safari", "iOS 17.6", "iPhone 11"},
	{sessions.PC, "Chrome 138", "Windows 11", ""},
	{sessions.Mobile, "Samsung Internet", "Android 15", "Samsung SM-S921B"},
	{sessions.Mobile, "Mobile Safari", "iOS 18.6", "iPhone 16 Pro"},
	{sessions.PC, "Edge 138", "Windows 10", ""},
	{sessions.Mobile, "Chrome Mobile", "Android 12", "HUAWEI P30 lite"},
	{sessions.PC, "Safari 18", "macOS 15", "Macintosh"},
	{sessions.PC, "Firefox 140", "Ubuntu", ""},
	{sessions.Mobile, "Firefox Mobile", "Android 14", "Google Pixel 8"},
	{"tablet", "Mobile Safari", "iPadOS 18.5", "iPad"},
}

// clientIP draws an address that is reserved for documentation (RFC 5737, RFC 3849).
func clientIP(r *rand.Rand) string {
	n := r.IntN(256)
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("192.0.2.%d", n)
	case 1, 2:
		return fmt.Sprintf("198.51.100.%d", n)
	case 3:
		return fmt.Sprintf("203.0.113.%d", n)
	default:
		return fmt.Sprintf("2001:db8:%x::%x", r.IntN(1<<16), n)
	}
}
