// Package xlsx writes sessions to XLSX workbooks, whose cells have types.
//
// A workbook has one sheet with the columns of package export, under the same headers, which stay
// in sight and have a filter each. Personal numbers, names and all other texts are text cells:
// zeros, all digits, and what would be a formula in a CSV file are there as they are, without
// anything before them. Birth Date and Expiration Date are dates; Creation time and Completion time
// are dates with a time to the second, by the wall clock of Options.Zone, for a sheet knows no time
// zones; Verified and Document Valid are truth values; Liveness Status, Match Level and Attempts
// are numbers. What is absent is an empty cell; what the viewer may not see is the text [masked],
// whatever the column. A date before March 1900, which not all programs count alike, is a text. A
// workbook names no author and no program.
//
// XML has no control characters except TAB, CR and LF: the others become U+FFFD. Workbooks are
// written, not read.
//
// Rows are compressed and handed over as they come, in constant memory, so that a workbook can be
// sent over HTTP while it is read (httpapi.Options.Formats):
//
//	httpapi.Format{Name: "xlsx", MediaType: xlsx.MediaType, Extension: ".xlsx", NeedsZone: true, Write: xlsx.Write}
//
// It is a module of its own, for the programs that judge its files in tests are nothing for every
// host.
package xlsx
