// Package export writes sessions to CSV files and reads such files back.
//
// # Columns
//
// A file has the 24 columns of [Record], in its order and under the headers of its csv tags.
// [Record] is the definition of the format: gocsv writes a slice of records as [Write] writes the
// sessions, line breaks apart. [Write] takes nothing of gocsv but the tags, so that a host who
// changes gocsv's global settings does not change our files. [Options] choose columns and their
// order, add [ColumnStatus], [ColumnReasons] and columns of the host's own ([OwnColumn]), rename
// columns, and split Extra into one column for each of a list of keys. What a viewer may not see
// has no column, or one of masked cells: see [Selection].
//
// [WriteGocsv] writes the same rows to a gocsv writer of the host's, with its separator and its
// sink, and [ReadGocsv] reads from a reader of the host's. [Options.Sheet] gives cells with types,
// for workbooks and further formats.
//
// # Cells
//
// What is absent is an empty cell. What the viewer may not see ([Selection]) is [masked], in the
// columns of dates, numbers and truth values too: there an empty cell, 1 or FALSE would pass for a
// fact.
//
//   - Texts (names, numbers, nationality) are as they were read. One that was not recognised or
//     not collected is empty; a redacted one is [redacted].
//   - Birth Date is yyyy-mm-dd. Expiration Date is mm-dd-yy, and read back yy is 20yy. A day or
//     month that the document does not state is 00; a date that has one stays yyyy-mm-dd where the
//     Options give dates another layout.
//   - Creation time and Completion time are instants of the session's start and end. The end
//     implies no verdict.
//   - Verified is TRUE for success, FALSE for every other status, empty where there is none to be
//     seen. Document Valid is TRUE for a document that was checked and is valid, FALSE otherwise.
//   - Liveness Status has the polarity of the vendor's SDK: 0 is passed, 1 is everything else.
//   - Match Level is the number: 0 is compared without a match, empty is not compared.
//   - Sex is male or female. Document type is passport, ID, or the code of another. Device is PC,
//     Mobile, or as stored.
//   - Extra is one JSON object of texts in the session's order, empty for none.
//   - Attempts is the sequence number of the attempt, from 1.
//
// # Formats
//
// [RFC4180] is for machines: UTF-8 without a byte order mark, every row ended by CR LF, a cell in
// quotes where encoding/csv puts it there, line breaks within cells as they are. Times are RFC 3339
// with up to six decimals, in UTC or in the zone of the Options.
//
// [ExcelCSV] is for people who open the file in a spreadsheet, and differs in this:
//
//   - It begins with a byte order mark, without which Excel takes Georgian for something else.
//   - Times are yyyy-mm-dd hh:mm:ss in the zone of the Options, which must be given.
//   - A text that a spreadsheet would take for a number, a date, a truth value of any language or
//     an error (any digit in it will do) is written as the formula ="text", which Excel and
//     LibreOffice show as that text, with its zeros, all its digits, and the plus of a phone
//     number. So is Expiration Date, whose 03-05-36 would be a day of 1936, and every date or time
//     in a layout that does not begin with yyyy-mm-dd. Import assistants that evaluate nothing show
//     the formula: give them RFC 4180.
//   - Any other text that begins with an operator, one of the full-width forms of = + - @, TAB, CR,
//     LF or an apostrophe, and a number that is too long for a formula, gets an apostrophe before
//     it, which spreadsheets show. It is never evaluated, also after the file was saved by the
//     spreadsheet. So is a text of digits in the first column, if the row ends in a quote.
//   - The list separator is a setting of the reader's region, and with another one a file is split
//     within its cells. A text with a separator that is not the file's own, or a line break, is in
//     quotes, and each part behind one gets an apostrophe unless it begins with a letter and has no
//     digit and no truth value. In Extra, as JSON, only such parts are guarded.
//   - Columns of numbers, truth values, Birth Date and times are never protected. A row with digits
//     and without a quote has its last cell in quotes: where it is not split it is one field, and
//     5,3 would be a number.
//   - It has at most [MaxExcelRows] rows: more is an error. A cell of more than [MaxExcelCell]
//     characters, which only extra fields as JSON and columns of the host's can have, is
//     [TooLongMark], and [Result] counts these.
//
// All protections are taken away by [Read] in the same format and with the same separator, so that
// every text comes back as it was, also after LibreOffice has saved the file with that separator,
// line breaks apart: it writes LF. A file whose separator is not the list separator of the reader's
// region is hard to read, but nothing in it is run: see [Options].Comma.
//
// # Reading
//
// [Read] yields the rows of a file, checks every cell, and brings it to the one form of [Record]. A
// header that lacks a column, doubles one or has one that is not known, a row with too few or too
// many cells, a torn last row, a date that the calendar does not have, a time that the zone skips,
// a level that the scale does not have: each is a [*ReadError] with its row and column. Columns may
// come in any order. Files that were not written here may need [ReadOptions]: layouts of dates and
// times, the polarity of Liveness Status, and whether level 0 means that nobody knows, which no
// reader can guess.
//
// # What a file cannot say
//
// [Row.Session] makes a session of a row and returns the fields that are missing from it:
//
//   - always subject, decision time, acceptance level, selfie, and whether a document was presented
//     (taken from its type);
//   - status, where Verified is FALSE and there is no Status column; reasons, where there is no
//     Reasons column;
//   - liveness that is not passed, and a document that is not valid: whether it was checked. Both
//     become unknown;
//   - an empty text: whether it was not collected, not recognised, or empty. An empty or another
//     sex;
//   - masked partner, extra fields, document type, address, device, browser, OS and model, and
//     those that are [masked] of themselves. A row that is masked elsewhere makes no session.
//
// Three things are lost without a trace: the century of Expiration Date; in Excel's format the
// fraction of a second and, in the hour that a change of clocks repeats, which of the two it is; an
// extra field that is empty, where Extra has columns. The company and the scale of the match levels
// are for the caller to say.
//
// # Files
//
// Package file keeps files that can be resumed after a crash and proved by a manifest, split or
// compressed. [WriteBlocks] is what it uses, and serves whoever uploads a file in parts.
//
// # Consistency
//
// A file is as consistent as what yields its sessions. Those of a store.Streamer are one snapshot:
// a session that is decided meanwhile is there once, as it was. Package sqlstore says what
// holding it open costs on each engine. Of any other Backend a session is there once at most,
// as it was when the export reached it. A slow reader of [Write] holds the snapshot for as long as
// it takes: bound that by the context or by deadlines of the writer. Package file waits for nobody
// but the disk.
//
// # Limits and concurrency
//
// [Write] keeps a few buffers and [Read] one row of at most [MaxRowBytes], however long the file.
// The second goroutine that Write starts ends before it returns. Options are read only; one call
// does not disturb another.
package export
