// Package file writes sessions to files that can be resumed and proved.
//
// [Write] writes in a folder beside the final name, brings the file to the disk and renames it:
// under the final name there is never a part of an export. While it writes it keeps the state of
// the export in that folder. After a crash, a full disk or a lost connection [Resume] checks what
// is there, goes on from there, and gives, byte for byte, the file of a call that nothing had
// disturbed: creation times never change, so that what came in or changed further ahead has no part
// in the rest. If something of the rest has changed it refuses ([ErrResume]), and Write starts
// again.
//
// What the state says is not believed. Digests and rows are counted anew from the bytes of the
// file, and its last row is compared with the session that the state names, as the selection has it
// now. A file without the column Session ID does not say which sessions it has, and cannot be
// resumed.
//
// Two calls for one name do not meet: the second, in this process or another, gives [ErrBusy] and
// touches nothing. The lock is the system's and ends with its process, however that ends; only on
// systems that are neither Unix nor Windows a file is left behind by a process that was killed,
// which is to be removed by hand.
//
// # Files that belong together
//
// An export may be split into files of so many rows; each then has a [Manifest] that says which it
// is, and of how many. An export takes the place of an older one of its name as a whole: the older
// one's further files and manifests go when it comes. A file that no manifest proves to be of the
// older export is never replaced or removed ([ErrForeign]), except the one whose name was given.
//
// A manifest says who asked for what, how the file was written, and the digests of its beginnings.
// [Verify] checks a file against it and names the first difference: the column, or the rows between
// which it is.
//
// # Compression
//
// With [Options].Gzip a file is a gzip file of several members, one for each block, which every
// reader takes for one. It can be resumed, and its manifest has the digests of the compressed
// bytes.
package file
