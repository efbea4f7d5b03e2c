package httpapi

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// Export is an export that was sent, or that broke off after its first byte.
type Export struct {
	Viewer store.Viewer
	Query  string // canonical text of the filter (filter.Filter.Text): personal data if it has a search
	Format export.Format
	Rows   int64
	Bytes  int64
	SHA256 string // of the bytes handed over, in hexadecimal
	Err    error  // why it broke off; nil: it is whole
}

// The trailers of an export.
const (
	trailerRows   = "Export-Rows"
	trailerSHA256 = "Export-Sha256"
)

const typeCSV = "text/csv; charset=utf-8"

func (c *call) export() error {
	if !c.r.ProtoAtLeast(1, 1) {
		return &problem{Code: codeHTTPVersion, Detail: "over HTTP/1.0 a torn file cannot be told from a whole one"}
	}
	if err := c.begin("text/csv"); err != nil {
		return err
	}
	options, err := c.exportOptions()
	if err != nil {
		return err
	}
	f, err := c.filter()
	if err != nil {
		return err
	}
	d := &download{call: c, name: c.fileName(options.Zone)}
	result, err := export.Write(c.ctx, d, c.store.Select(c.viewer, f), options)
	if err == nil {
		err = d.limit(c.options.Stall) // for the trailers
	}
	if err != nil && !d.begun {
		return err
	}
	if c.options.Exported != nil {
		c.options.Exported(c.r, Export{c.viewer, f.Text(), options.Format, result.Rows, result.Bytes, result.SHA256, err})
	}
	if err != nil {
		c.failed(c.r, err)
		panic(http.ErrAbortHandler) // the one way to tell the client that the file is torn
	}
	c.w.Header().Set(trailerRows, strconv.FormatInt(result.Rows, 10))
	c.w.Header().Set(trailerSHA256, result.SHA256)
	return nil
}

// exportOptions takes the parameters of a file.
func (c *call) exportOptions() (export.Options, error) {
	o := export.Options{SHA256: true}
	c.decode("format", &o.Format)
	o.Zone = c.zone()
	if o.Format == export.Excel && o.Zone == nil {
		c.fail(refuse(codeMissingParameter, filter.ParamZone, "Excel's times state no offset: they need a time zone"))
	}
	if text := c.text("separator"); text != "" {
		if len(text) != 1 || !strings.Contains(",;\t|", text) {
			c.fail(refuse(codeInvalidParameter, "separator", "not a comma, semicolon, tab or bar"))
		}
		o.Comma, _ = utf8.DecodeRuneInString(text)
	}
	for _, text := range c.take("column") {
		var column export.Column
		if column.UnmarshalText([]byte(text)) != nil {
			c.fail(refuse(codeInvalidParameter, "column", "not the header of a column"))
		}
		o.Columns = append(o.Columns, column)
	}
	switch c.text("extra_columns") {
	case "", "false":
	case "true":
		s, err := c.store.Settings(c.ctx, c.viewer)
		if err != nil {
			return o, err
		}
		o.ExtraKeys = s.ExtraKeys
	default:
		c.fail(refuse(codeInvalidParameter, "extra_columns", "neither true nor false"))
	}
	return o, c.err
}

// download hands a file over to the client.
type download struct {
	*call
	name  string
	begun bool
}

// Write hands over a part, within the time that a client may take nothing.
func (d *download) Write(part []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.w.Header()
		h.Set("Content-Type", typeCSV)
		h.Set("Content-Disposition", disposition(d.name))
		h.Set("Trailer", trailerRows+", "+trailerSHA256)
	}
	if err := d.limit(d.options.Stall); err != nil {
		return 0, err
	}
	n, err := d.w.Write(part)
	if err == nil {
		err = http.NewResponseController(d.w).Flush()
	}
	if err == nil {
		err = d.limit(0) // the storage may take its time for the next part: HTTP/2 ends a stream whose deadline has passed, written to or not
	}
	return n, err
}

// limit bounds what is written from now on. A ResponseWriter that knows no deadline has none.
func (d *download) limit(stall time.Duration) error {
	var until time.Time
	if stall > 0 {
		until = time.Now().Add(stall)
	}
	if err := http.NewResponseController(d.w).SetWriteDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("httpapi: write deadline: %w", err)
	}
	return nil
}

// fileName is "COMPANY sessions DATE.csv".
func (c *call) fileName(zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	company := c.viewer.Company
	if c.options.CompanyName != nil {
		company = c.options.CompanyName(c.viewer)
	}
	return fileName(company, time.Now().In(zone))
}

// maxName is how many runes of a company's name stand in a file's name.
const maxName = 64

// fileName takes out of the company's name what some file system refuses or takes for something else.
func fileName(company string, now time.Time) string {
	clean := []rune(strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || unicode.In(r, unicode.C) || !unicode.IsGraphic(r):
			return -1
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		default:
			return r
		}
	}, company))
	name := strings.Trim(string(clean[:min(len(clean), maxName)]), " .")
	if name != "" {
		name += " "
	}
	return name + "sessions " + now.Format(time.DateOnly) + ".csv"
}

// disposition names a download (RFC 6266): in ASCII for old clients, and in UTF-8 where that differs.
func disposition(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return '_'
		}
		return r
	}, name)
	value := mime.FormatMediaType("attachment", map[string]string{"filename": ascii})
	if ascii != name {
		_, encoded, _ := strings.Cut(mime.FormatMediaType("attachment", map[string]string{"filename": name}), "; ")
		value += "; " + encoded // filename*=utf-8''...
	}
	return value
}
