package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// The trailers of an export.
const (
	trailerRows   = "Export-Rows"
	trailerSHA256 = "Export-Sha256"
)

const typeCSV = "text/csv; charset=utf-8"

// Format is an export format of the host's, such as workbooks, besides CSV ([Options.Formats]).
type Format struct {
	Name      string // the value of the parameter format, such as "xlsx"
	MediaType string // such as "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	Extension string // end of the file's name, such as ".xlsx"

	// NeedsZone reports whether times have no offset, so that a request must name their zone.
	NeedsZone bool

	// Write writes a selection as [export.Write] does: a refusal comes before the first byte.
	// Options have Zone, the columns, SHA256 and, if the request has a separator, Comma.
	Write func(ctx context.Context, w io.Writer, selected export.Selection, opts export.Options) (export.Result, error)
}

// format returns the format that the parameter names. Its second result is the value of
// export.Options.Format, 0 for the host's formats.
func (c *call) format() (Format, export.Format) {
	name := cmp.Or(c.text("format"), export.RFC4180.String())
	var format export.Format
	if format.UnmarshalText([]byte(name)) == nil {
		return Format{name, typeCSV, ".csv", format == export.ExcelCSV, export.Write}, format
	}
	for _, of := range c.options.Formats {
		if of.Name == name {
			return of, 0
		}
	}
	there := []string{export.RFC4180.String(), export.ExcelCSV.String()}
	for _, of := range c.options.Formats {
		there = append(there, of.Name)
	}
	c.fail(refuseValue("format", 1, there...))
	return Format{}, 0
}

func (c *call) export() error {
	if !c.r.ProtoAtLeast(1, 1) {
		return &problem{Code: codeHTTPVersion, Detail: "over HTTP/1.0 a torn file cannot be told from a whole one"}
	}
	if err := c.read(); err != nil {
		return err
	}
	format, csv := c.format()
	options, err := c.exportOptions(format)
	if err != nil {
		return err
	}
	if err := c.accept(format.MediaType); err != nil {
		return err
	}
	options.Format = csv
	f, err := c.selection()
	if err != nil {
		return err
	}
	d, err := newDownload(c.w, c.r, c.options.MinBytesPerSecond, func() { c.exportHeader(format, options.Zone) })
	if err != nil {
		return err
	}
	torn := true
	defer func() {
		if torn && d.begun { // after an error, or a panic of a writer or an iterator
			d.tear()
		}
	}()
	selected := c.store.Select(c.viewer, f)
	result, err := format.Write(c.ctx, d, selected, options)
	if errors.Is(err, export.ErrOptions) && !d.begun && options.Comma != 0 && format.MediaType != typeCSV {
		err = refuse(codeInvalidParameter, "separator", "cells of this format have no separator")
	}
	if err == nil {
		err = d.limit() // for the trailers, which are written after the handler returns
	}
	if err != nil && !d.begun {
		return err
	}
	if d.failed != nil {
		// The cause, not the cancellation of the query that net/http derives from it.
		err = d.failed
		if !errors.Is(err, os.ErrDeadlineExceeded) && c.r.Context().Err() != nil {
			// The client went away. Whether the query or the writing fails first is chance.
			err = fmt.Errorf("%w: %w", context.Canceled, err)
		}
	}
	if refusal := selected.Written(c.ctx, result.Rows, result.Bytes, result.SHA256, err); err == nil {
		err = refusal
	}
	if err != nil {
		c.failed(c.r, err)
		panic(http.ErrAbortHandler) // for middlewares that count aborted answers
	}
	torn = false
	c.w.Header().Set(trailerRows, strconv.FormatInt(result.Rows, 10))
	c.w.Header().Set(trailerSHA256, result.SHA256)
	return nil
}

// exportHeader sets the headers of a file.
func (c *call) exportHeader(format Format, zone *time.Location) {
	h := c.w.Header()
	h.Set("Content-Type", format.MediaType)
	h.Set("Content-Disposition", disposition(c.fileName(zone, format.Extension)))
	h.Set("Trailer", trailerRows+", "+trailerSHA256)
	// nginx would buffer on its disk what a slow client has not read yet.
	h.Set("X-Accel-Buffering", "no")
}

// exportOptions takes the parameters of a file.
func (c *call) exportOptions(format Format) (export.Options, error) {
	o := export.Options{SHA256: true}
	o.Zone = c.zone()
	if format.NeedsZone && o.Zone == nil {
		c.fail(refuse(codeMissingParameter, paramZone, "the times of this format state no offset: they need a time zone"))
	}
	if text := c.text("separator"); text != "" {
		if len(text) != 1 || !strings.Contains(",;\t|", text) {
			c.fail(refuseAt("separator", 1, "not a comma, semicolon, tab or bar"))
		}
		o.Comma, _ = utf8.DecodeRuneInString(text)
	}
	for i, text := range c.take("column") {
		var column export.Column
		custom := slices.IndexFunc(c.options.Columns, func(one export.CustomColumn) bool { return one.Header == text })
		switch {
		case custom >= 0:
			column = export.ColumnCustom(len(o.Custom))
			o.Custom = append(o.Custom, c.options.Columns[custom])
		case column.UnmarshalText([]byte(text)) != nil:
			c.fail(refuseValue("column", i+1, c.headers()...))
		}
		o.Columns = append(o.Columns, column)
	}
	if o.Columns == nil {
		o.Custom = c.options.Columns
	}
	if c.options.Headers != nil {
		o.Headers = c.options.Headers(c.r)
	}
	// Checked by themselves, so that a mistake of the host is not reported as one of the request.
	theirs := export.Options{Custom: c.options.Columns, Headers: o.Headers}
	if _, err := theirs.FileColumns(sessions.Disclosure{}); err != nil {
		// The host's options are at fault, not the request.
		return o, &problem{Code: codeInternal, cause: fmt.Errorf("httpapi: Options.Columns or Headers: %w", err)}
	}
	switch c.text("extra_columns") {
	case "", "false":
	case "true":
		if o.Columns != nil && !slices.Contains(o.Columns, export.ColumnExtra) {
			c.fail(refuse(codeInvalidParameter, "extra_columns", "stands in place of Extra, which is not among the columns"))
		}
		s, err := c.store.Settings(c.ctx, c.viewer)
		if err != nil {
			return o, err
		}
		o.ExtraKeys = s.ExtraKeys
	default:
		c.fail(refuseValue("extra_columns", 1, "true", "false"))
	}
	return o, c.err
}

// headers returns the headers that the parameter column may name.
func (c *call) headers() (list []string) {
	for _, column := range append(export.Columns(), export.ColumnStatus, export.ColumnReasons) {
		list = append(list, column.String())
	}
	for _, custom := range c.options.Columns {
		list = append(list, custom.Header)
	}
	return list
}

// fileName returns "COMPANY sessions DATE" with the extension of the format.
func (c *call) fileName(zone *time.Location, extension string) string {
	if zone == nil {
		zone = time.UTC
	}
	company := c.viewer.Company
	if c.options.CompanyName != nil {
		company = c.options.CompanyName(c.viewer)
	}
	return fileName(company, time.Now().In(zone)) + extension
}

// maxNameRunes is how many runes of the company's name a file's name has at most.
const maxNameRunes = 64

// fileName returns the file's name. It removes or replaces the characters of the company's name
// that some file system refuses or gives a meaning.
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
	name := strings.Trim(string(clean[:min(len(clean), maxNameRunes)]), " .")
	if name != "" {
		name += " "
	}
	return name + "sessions " + now.Format(time.DateOnly)
}

// disposition returns the Content-Disposition of a download (RFC 6266): with the name in ASCII for
// old clients, and also in UTF-8 if it differs.
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
