package page

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// Options are the options of a page. Only Viewer is required.
type Options struct {
	// Viewer identifies the viewer from the host's own cookie or token, as [httpapi.Options].Viewer
	// does, with the same errors. nil: every request is refused.
	Viewer func(*http.Request) (store.Viewer, error)
	// SignIn is the URL to which browsers are redirected if Viewer returns an error. "": the page
	// asks the person to sign in. Its parameter "return" is the path and query of the requested
	// page. It is missing if the query has parameters that the page does not know, or personal
	// data. Anyone can put another URL into a link: never redirect to another site.
	SignIn string
	// SignOut is the URL to which the button "Sign out" posts an empty form. "": there is no
	// button.
	SignOut string
	// Account returns the name of the signed-in person, as the page shows it. nil: the page shows
	// only the role.
	Account func(*http.Request) string
	// CompanyName is the company's display name. nil: the company's key.
	CompanyName func(store.Viewer) string
	// Selfie answers with the image of a session's selfie, as [httpapi.Options].Selfie does. nil:
	// there are no images, and the list shows none.
	Selfie func(w http.ResponseWriter, r *http.Request, v store.Viewer, reference string)
	// Failed is called for every request that fails through no fault of the client. The error may
	// be the storage's own, and contain a person's data. nil: it is not called.
	Failed func(*http.Request, error)

	// API has further options of the API that the page uses and serves below its own path: Values,
	// Formats, Columns, Headers, limits. Viewer, CompanyName, Selfie, Failed and SearchInURL must
	// not be set here: the first four are fields of Options, and the page puts no personal data
	// into URLs.
	API httpapi.Options

	Title string // of the page, beside the logo; "": the company's display name
	Logo  string // URL of an image of the page's own origin or of one in Images; "": a shield

	// Colours are values of the page's CSS variables, by name without the dashes, such as
	// "accent": "#0f5c77" or "light-dark(#0f5c77, #6ec3de)". The names are those of the colours that
	// /static/page.css gives to :root; for any other, the error of [New] lists them. nil: the
	// page's own.
	Colours map[string]string

	// Languages are the languages of the page. Until a person chooses one, the page uses the first
	// that their browser asks for, or the first of the list. nil: [English] and [Georgian].
	Languages []Language

	// Zones are the time zones to choose from, as time.LoadLocation knows them. The first is used
	// until a person chooses another. nil: UTC first.
	Zones []string

	// Columns are the fields that the list shows, in this order, before More: any of FieldSelfie,
	// FieldFirstName, FieldLastName, FieldCreatedAt, FieldDocumentPresented, FieldLiveness,
	// FieldStatus (the column Verified) and FieldExtra of package sessions. nil: all of them.
	Columns []sessions.Field

	// BasePath is the path at which browsers find the page, such as "/kyc", if a proxy removes a
	// part of it before the request reaches this process. "": the path of each request.
	BasePath string
	// Images are the origins, such as "https://selfies.example.com", from which selfies and the
	// logo may come, besides the page's own. nil: no other origins.
	Images []string
	// Frames are the origins that may show the page in a frame; "'self'" is the page's own. nil: no
	// origin may.
	Frames []string
	// Nonce returns the nonce of the host's own Content-Security-Policy for the request, if that
	// policy allows scripts or styles only with a nonce. nil: there is none.
	Nonce func(*http.Request) string
}

// set checks the options and fills in the fields of the site that depend on them.
func (s *site) set() error {
	o := &s.options
	api := o.API
	if api.Viewer != nil || api.Selfie != nil || api.CompanyName != nil || api.Failed != nil || api.SearchInURL {
		return errors.New("options: API: Viewer, Selfie, CompanyName and Failed are fields of Options, and SearchInURL has to be false")
	}
	if err := s.setLanguages(); err != nil {
		return err
	}
	if err := s.setZones(); err != nil {
		return err
	}
	if err := s.setColumns(); err != nil {
		return err
	}
	var err error
	if s.files, err = readFiles(o); err != nil {
		return err
	}
	for _, l := range s.languages {
		t, err := s.parse(l)
		if err != nil {
			return err
		}
		s.templates[l.Tag] = t
	}
	for _, option := range []struct {
		name    string
		sources []string
	}{{"Images", o.Images}, {"Frames", o.Frames}} {
		for _, source := range option.sources {
			// The characters would end the source or its directive in the policy.
			if u, err := url.Parse(source); source != "'self'" && (err != nil || u.Scheme == "" || u.Host == "" || strings.ContainsAny(source, " ,;'")) {
				return fmt.Errorf("options: %s: not an origin, such as https://host.example or 'self' in quotes: %q", option.name, source)
			}
		}
	}
	// Browsers take two slashes for the beginning of a host name, and a backslash for a slash.
	if o.BasePath != "" && (!strings.HasPrefix(o.BasePath, "/") || strings.HasPrefix(o.BasePath, "//") || strings.ContainsAny(o.BasePath, `\?#"`)) {
		return fmt.Errorf("options: BasePath is not a path that begins with one slash: %q", o.BasePath)
	}
	frames := "'none'"
	if len(o.Frames) > 0 {
		frames = strings.Join(o.Frames, " ")
	}
	s.policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
		"img-src " + strings.Join(append([]string{"'self'"}, o.Images...), " ") + "; frame-ancestors " + frames
	return nil
}

func (s *site) setLanguages() error {
	all := s.options.Languages
	if len(all) == 0 {
		all = []Language{English(), Georgian()}
	}
	for _, l := range all {
		known, err := newLanguage(l)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(s.languages, func(other *language) bool { return other.Tag == l.Tag }) {
			return fmt.Errorf("options: Languages: %q is given twice", l.Tag)
		}
		s.languages = append(s.languages, known)
	}
	return nil
}

// usualZones are the zones to choose from if the host names none.
var usualZones = [...]string{
	"UTC", "Asia/Tbilisi", "Europe/London", "Europe/Berlin", "Europe/Kyiv", "Europe/Istanbul", "Asia/Dubai", "America/New_York",
}

func (s *site) setZones() error {
	for _, name := range s.options.Zones {
		if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
			return fmt.Errorf("options: Zones: %q cannot be loaded", name)
		}
		s.zones = append(s.zones, name)
	}
	if len(s.zones) > 0 {
		return nil
	}
	for _, name := range usualZones {
		if _, err := time.LoadLocation(name); err == nil { // it may have no zone database
			s.zones = append(s.zones, name)
		}
	}
	return nil
}

// listColumns returns the fields that the list can show.
func listColumns() []sessions.Field {
	return []sessions.Field{
		sessions.FieldSelfie, sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldCreatedAt,
		sessions.FieldDocumentPresented, sessions.FieldLiveness, sessions.FieldStatus, sessions.FieldExtra,
	}
}

func (s *site) setColumns() error {
	if s.options.Columns == nil {
		s.options.Columns = listColumns()
	}
	for i, field := range s.options.Columns {
		if !slices.Contains(listColumns(), field) || slices.Contains(s.options.Columns[:i], field) {
			return fmt.Errorf("options: Columns: the list has no column %v, or has it twice: there are %v", field, sessions.FieldsOf(listColumns()...))
		}
	}
	return nil
}

// colour matches a CSS colour, and no text that could end the declaration or load a resource.
var colour = regexp.MustCompile(`^(?:#[0-9a-fA-F]{3,8}|[a-z]+|(?:light-dark|rgb|rgba|hsl|hsla|hwb|lab|lch|oklab|oklch|color|color-mix)\([a-zA-Z0-9#%.,/ ()-]+\))$`)

// variable matches the declaration of a colour in the page's own stylesheet.
var variable = regexp.MustCompile(`(?m)^  --([a-z-]+): light-dark\(`)

// theme returns the stylesheet of the host's colours. known is the page's own stylesheet, whose
// variables it may set.
func (o *Options) theme(known []byte) ([]byte, error) {
	var css strings.Builder
	css.WriteString(":root {\n")
	var names []string
	for _, m := range variable.FindAllSubmatch(known, -1) {
		names = append(names, string(m[1]))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Colours)) {
		value := o.Colours[name]
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("options: Colours: the page has no colour %q: there are %s", name, strings.Join(names, ", "))
		}
		if !colour.MatchString(value) || strings.Contains(strings.ToLower(value), "url") || strings.Count(value, "(") != strings.Count(value, ")") {
			return nil, fmt.Errorf("options: Colours: %s is not a colour: %q", name, value)
		}
		fmt.Fprintf(&css, "  --%s: %s;\n", name, value)
	}
	css.WriteString("}\n")
	return []byte(css.String()), nil
}
