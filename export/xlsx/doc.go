// Package xlsx writes sessions to XLSX workbooks, whose cells have types. It is a module of its own, for the library that it
// needs is nothing for every host.
//
// A workbook has one sheet with the columns of package export, under the same headers. Personal numbers, names and all other texts
// are text cells: zeros, all digits, and what would be a formula in a CSV file stand there as they are, without anything before
// them. Birth Date and Expiration Date are dates; Creation time and Completion time are dates with a time to the second, by the
// wall clock of Options.Zone, for a sheet knows no time zones; Verified and Document Valid are truth values; Liveness Status,
// Match Level and Attempts are numbers. What is absent is an empty cell; what the viewer may not see is the text [masked],
// whatever the column. A date before 1900, which no sheet knows, is a text.
//
// XML has no control characters: but for TAB, CR and LF they become U+FFFD. Workbooks are written, not read.
package xlsx
