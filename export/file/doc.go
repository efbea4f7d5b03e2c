// Package file writes sessions to files that can be resumed and verified.
//
//	format := export.Options{Format: export.ExcelCSV, Zone: tbilisi}
//	opts := file.Options{Options: format, Manifest: true}
//	selected := st.Select(viewer, f)
//	var err error
//	if file.Begun("acme.csv") { // a call before was cut off
//		_, err = file.Resume(ctx, "acme.csv", selected, opts)
//	}
//	if !file.Begun("acme.csv") || errors.Is(err, file.ErrResume) {
//		_, err = file.Write(ctx, "acme.csv", selected, opts)
//	}
//	return err
//
// [Write] writes in a folder next to the final name, syncs the file to the disk and renames it, so
// that the final name never belongs to a part of an export. Meanwhile it keeps the state of the
// export in that folder. After a crash, a full disk or a lost connection [Resume] checks the
// written part, continues, and produces byte for byte the file that an undisturbed call would have
// written. That is possible because creation times never change: sessions that are new, or changed
// in the part that is written already, do not affect the rest. If something in the rest has
// changed, Resume refuses ([ErrResume]), and Write starts again.
//
// Resume does not trust the recorded state. It computes digests and row counts again from the bytes
// of the file, and compares its last row with the session that the state names, as the selection
// has it now. A file without the column Session ID does not say which sessions it has, and cannot
// be resumed. Only when the first call began is nowhere but in the state, with a digest against
// accidents: somebody who may write to the folder can conceal that sessions have changed since, as
// they can change a file and its manifest. The folder is the owner's alone.
//
// Two calls cannot write the same name at once: the second, in this process or another, returns
// [ErrBusy] and changes nothing. The lock is the operating system's and ends with its process. Only
// on systems that are neither Unix nor Windows does a killed process leave a lock file behind,
// which has to be removed by hand.
//
// # Files that belong together
//
// An export may be split into files of a given number of rows. Each file then has a [Manifest] with
// its number and the number of files. An export replaces an older one of its name as a whole:
// further files and manifests of the older one are removed. A file that no manifest proves to be
// part of the older export is never replaced or removed, except the one whose name was given. If it
// has the name of a file of the new or of the older export, because somebody has changed that file
// or lost its manifest, the export is refused ([ErrForeign]): it would look like a part of the new
// one.
//
// A manifest contains the request, how the file was written, and the digests of its beginnings.
// [Verify] checks a file against it and names the first difference: the column, or the rows between
// which it is.
//
// # Compression
//
// With [Options].Gzip a file is a gzip file of several members, one for each block, which every
// reader accepts as one file. It can be resumed, and its manifest has the digests of the compressed
// bytes.
package file
