// Package xlsx writes sessions to XLSX workbooks, whose cells have types.
//
//	opts := export.Options{Zone: tbilisi, Columns: export.Columns()}
//	result, err := xlsx.Write(ctx, w, st.Select(viewer, f), opts)
//	if err != nil {
//		return err
//	}
//	fmt.Println(result.Rows)
//
// As a format of the HTTP API and of the page, with a download that begins at once:
//
//	httpapi.Options{Formats: []httpapi.Format{{
//		Name: "xlsx", MediaType: xlsx.MediaType, Extension: ".xlsx", NeedsZone: true,
//		Write: xlsx.Write,
//	}}}
//
// A workbook has one sheet with the columns of package export. Their headers stay in sight and have
// a filter each. Personal numbers, names and all other texts are text cells. Leading zeros and all
// digits are kept, and so are texts that would be formulas in a CSV file, with nothing before them.
// Birth Date and Expiration Date are dates. Creation time and Completion time are dates with a time
// to the second, in Options.Zone, since a sheet has no time zones. Verified and Document Valid are
// truth values; Liveness Status, Match Level and Attempts are numbers. An absent value is an empty
// cell. A value that the viewer may not see is the text [masked] in every column. A date before
// March 1900, on which programs disagree, is a text. A workbook names no author and no program.
//
// XML has no control characters except TAB, CR and LF: the others become U+FFFD. Workbooks are
// written, not read.
//
// Rows are compressed and written as they come, in constant memory.
//
// The package is a module of its own because its tests read workbooks with a library that needs a
// newer Go than the SDK does.
package xlsx
