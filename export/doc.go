// Package export writes sessions to CSV files and reads such files back.
//
//	opts := export.Options{Format: export.ExcelCSV, Zone: tbilisi} // the zero Options: RFC 4180, UTC
//	result, err := export.Write(ctx, w, st.Select(viewer, f), opts)
//	if err != nil {
//		return err
//	}
//	read := export.ReadOptions{Format: export.ExcelCSV, Zone: tbilisi}
//	for row, err := range export.Read(r, read) {
//		if err != nil {
//			return err // a *export.ReadError with row, line and column
//		}
//		s, missing, err := row.Session(export.SessionOptions{Company: "acme"})
//	}
//
// # Columns
//
// A file has the 24 columns of [Record], in the order of its fields and with the headers of its csv
// tags. [Record] defines the format: gocsv writes a slice of records as [Write] writes the
// sessions, except for line breaks. [Write] uses only the tags of gocsv, so that the global
// settings of gocsv in a host do not change the files. [Options] choose columns and their order,
// add [ColumnStatus], [ColumnReasons] and custom columns ([CustomColumn]), rename columns,
// and split Extra into one column for each of a list of keys. A field that the viewer may not see
// has no column, or one of masked cells: see [Selection].
//
// [WriteGocsv] writes the same rows to the host's own gocsv writer, with its separator, and
// [ReadGocsv] reads from the host's own gocsv reader. [Options.Sheet] gives cells with types, for
// workbooks and further formats.
//
// # Cells
//
// An absent value is an empty cell. A value that the viewer may not see ([Selection]) is [masked],
// in columns of dates, numbers and truth values too: an empty cell, 1 or FALSE would look like a
// fact.
//
//   - Texts (names, numbers, nationality) are as they were read. One that was not recognised or
//     not collected is empty; a redacted one is [redacted].
//   - Birth Date is yyyy-mm-dd. Expiration Date is mm-dd-yy; when it is read, yy is 20yy. A day or
//     month that the document does not state is 00. Such a date stays yyyy-mm-dd if the Options
//     give dates another layout.
//   - Creation time and Completion time are instants of the session's start and end. The end
//     implies no verdict.
//   - Verified is TRUE for success, FALSE for every other status, and empty if there is no status.
//     Document Valid is TRUE for a document that was checked and is valid, FALSE otherwise.
//   - Liveness Status has the polarity of the vendor's SDK: 0 is passed, 1 is everything else.
//   - Match Level is the number: 0 means compared without a match, empty means not compared.
//   - Sex is male or female. Document type is passport, ID, or the code of another. Device is PC,
//     Mobile, or as stored.
//   - Extra is one JSON object of texts in the session's order, empty for none.
//   - Attempts is the sequence number of the attempt, from 1.
//
// # Formats
//
// [RFC4180] is for machines: UTF-8 without a byte order mark, CR LF after every row, quotes where
// encoding/csv writes them, line breaks within cells unchanged. Times are RFC 3339 with up to six
// decimals, in UTC or in the zone of the Options.
//
// [ExcelCSV] is for people who open the file in a spreadsheet. It differs in these ways:
//
//   - It begins with a byte order mark, without which Excel reads Georgian in another encoding.
//   - Times are yyyy-mm-dd hh:mm:ss in the zone of the Options, which must be given.
//   - A text that a spreadsheet would take for a number, a date, a truth value of any language or
//     an error (every text with a digit) is written as the formula ="text". Excel and LibreOffice
//     show it as that text, with its zeros, all its digits, and the plus of a phone number. The
//     same is done with Expiration Date, whose 03-05-36 would be a day of 1936, and with every date
//     or time in a layout that does not begin with yyyy-mm-dd. Import assistants that evaluate no
//     formulas show the formula: give them RFC 4180.
//   - Any other text that begins with an operator, one of the full-width forms of = + - @, TAB, CR,
//     LF or an apostrophe, and a number that is too long for a formula, gets an apostrophe before
//     it, which spreadsheets show. It is never evaluated, not even after the spreadsheet has saved
//     the file. A text of digits in the first column gets one too if the row ends with a quote.
//   - The list separator depends on the reader's region, and a file with another one is split
//     within its cells. A text that contains a line break, or a separator other than the file's, is
//     in quotes. Each part after one gets an apostrophe, unless it begins with a letter and has no
//     digit and no truth value. In Extra, as JSON, only such parts are protected.
//   - Columns of numbers, truth values, Birth Date and times are never protected. In a row that has
//     digits and no quote, the last cell is in quotes: where a row is not split it is one field,
//     and 5,3 would be a number.
//   - It has at most [MaxExcelRows] rows: more is an error. A cell of more than [MaxExcelCellUnits]
//     characters is [TooLongMark], and [Result] counts these; only extra fields as JSON and the
//     custom columns can be so long.
//
// [Read] with the same format and separator removes all protection, so that every text comes back
// as it was, even after LibreOffice has saved the file with that separator. Only line breaks
// change: LibreOffice writes LF. A file whose separator is not the list separator of the reader's
// region is hard to read, but nothing in it is executed: see [Options].Comma.
//
// # Reading
//
// [Read] yields the rows of a file, checks every cell, and converts it to the form of [Record].
// These are errors, each a [*ReadError] with its row, line and column: a missing, repeated or
// unknown column, a row with too few or too many cells, a last row that was cut off, a date that
// the calendar does not have, a time that the zone skips, a level that the scale does not have.
// Columns may come in any order. Files of other programs may need [ReadOptions]: layouts of dates
// and times, the polarity of Liveness Status, and whether level 0 means that nothing is known.
//
// # What a file does not contain
//
// [Row.Session] makes a session of a row and returns the fields that are missing from it:
//
//   - always subject, decision time, acceptance level, selfie, and whether a document was presented
//     (taken from its type);
//   - status, if Verified is FALSE and there is no Status column; reasons, if there is no Reasons
//     column;
//   - liveness that is not passed, and a document that is not valid: whether it was checked. Both
//     become unknown;
//   - an empty text: whether it was not collected, not recognised, or empty. An empty or another
//     sex;
//   - masked partner, extra fields, document type, address, device, browser, OS and model,
//     including values that were the text [masked] themselves. A row with other masked cells does
//     not make a session.
//
// Three things are lost and not reported: the century of Expiration Date; in Excel's format,
// fractions of a second and which of two hours it is when clocks are set back; empty extra fields,
// if Extra has columns of its own. The caller has to state the company and the scale of the match
// levels.
//
// # Files
//
// Package file writes files that can be resumed after a crash, verified with a manifest, split and
// compressed. It uses [WriteBlocks], which also serves to upload a file in parts.
//
// # Consistency
//
// A file is as consistent as the source of its sessions. A store.Streamer yields one snapshot: a
// session that is decided meanwhile is in the file once, as it was. Package sqlstore says what an
// open snapshot costs on each engine. From any other Backend, a session is in the file at most
// once, as it was when the export reached it. A slow reader of the output of [Write] holds the
// snapshot open: bound that by the context or by deadlines of the writer. Package file waits only
// for the disk.
//
// # Limits and concurrency
//
// [Write] holds a few buffers in memory and [Read] one row of at most [MaxRowBytes], however long
// the file is. Write starts one goroutine, which ends before it returns. Options are only read, so
// that calls may share them.
package export
