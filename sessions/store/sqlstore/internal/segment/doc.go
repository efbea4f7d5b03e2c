// Package segment packs the words and properties of up to [MaxSessions] sessions, so that any
// filter can be evaluated over all of them at once. It uses no database: it reads and writes blocks
// of bytes, each with a short key, which the caller keeps in tables.
//
//	b := segment.NewBuilder(number, len(oldestFirst))
//	for _, s := range oldestFirst {
//		b.Add(s, changeNumber)
//	}
//	built := b.Build() // blocks to store
//
//	q := segment.Compile(f)
//	s, err := segment.Open(number, built.N, built.Oldest, built.Newest)
//	// Put the blocks of q.Hashes, then those of q.Keys, of q.Rest and of q.More.
//	// The positions that match for sure, and those that may.
//	result, err := q.Evaluation().Evaluate(s, oldest, newest)
//
// # Terms
//
// The sessions of a segment are in the order of the list, the oldest first. The index of a session
// in that order is its position. A term identifies a set of positions:
//
//   - A word of the search key, with the field that it comes from. A search asks for all words with
//     a prefix, in the fields that the viewer may see.
//   - A property: one of the few values of a field, after a letter for the field: status S,
//     document type T, match level L, reason R, document presented P, validity V, liveness A, sex
//     X, device D, acceptance level C, and G for the scale of a match level. An absent value is
//     empty.
//   - A subject (U), by 32 bits of a hash, which gives candidates; their rows have to be compared.
//
// # Blocks, version 2
//
// A block is a byte with the version, the payload, and the CRC-32C of the key, the version and the
// payload (4 bytes, little endian). A key is a letter and a text in UTF-8.
//
//   - L and a property or a prefix: a list. A byte says which fields have postings in it, with a
//     bit for each: 0 first name, 1 last name, 2 personal number, 3 document number, 4 subject, 5
//     both names joined; a property has bit 0. The postings of all of these fields together follow.
//     Every property has a list. A prefix has one if its words take more than listBytes in the
//     dictionary; a subject has one if it takes more by itself. It keeps its list even when all of
//     its postings were forgotten.
//   - F and a prefix: the postings of a list by field. This block exists if the list has several
//     fields. It consists of sections: the number of the field, the length of its postings in bytes
//     (uvarint), and the postings. It is read for viewers who may not see some of the fields; for
//     others the list suffices.
//   - C: the properties that have a list, in bytewise order, each after its length (uvarint).
//   - W and a word: the chunk of the dictionary with that last word. The last chunk has U+10FFFF in
//     place of a word, and may be empty. A chunk begins with the word of the previous chunk, after
//     its length (one byte; 0 for the first chunk). Words are in bytewise order. An entry is the
//     number of bytes that it shares with the word before (one byte), the number of bytes that
//     follow, those bytes, a uvarint (postings times 8, plus the number of the field), and the gaps
//     of the postings. A word of several fields has an entry for each, in the same chunk. A word
//     that takes more than listBytes by itself has no postings there, but a list.
//   - H, a number of bits in hexadecimal, and those bits as two more digits: the hashes of words
//     that begin with those bits. There are as many bits as make one block for about 512 sessions.
//     The next 18 bits of each hash are in the block, as differences of ascending numbers
//     (uvarint). A hash is the CRC-32C of the word times 0x9e3779b1, in 32 bits. Each entry of the
//     dictionary has a hash, except those of joined names. A filter with many whole words reads
//     these blocks first, and then only the chunks of the words that exist.
//   - P and a number in three hexadecimal digits: the places of [PartPlaces] positions. The
//     creation time in microseconds and the change number of the first one (varints) and a byte, 1
//     if its ID follows; for each other one the difference of creation times times 2, plus 1 if its
//     ID follows (uvarint), and the difference of change numbers (varint). An ID is the number of
//     bytes that it shares with the ID before in this part, the number of bytes that follow
//     (uvarints), and those. An ID is present if a neighbour has the same creation time.
//   - I: the creation time of the first place of each part, as a varint and then differences
//     (uvarint).
//   - D: the postings of the dead positions, whose sessions have changed since and are elsewhere.
//     It is missing if there are none.
//
// Postings are either a byte 0 and gaps, or a byte 1 and a bitmap of (n+7)/8 bytes, bit 0 of byte 0
// first, whichever is shorter. A gap is a uvarint: the number of positions between a posting and
// the previous one.
//
// A block that cannot be decoded gives a [DamageError], and so does a missing block: chunks state
// the last word of the previous chunk, the catalogue (C) has the properties, and a prefix whose
// words take more than listBytes in chunks must have a list. Decoding never panics, and allocates
// no more than the size of the block and of the segment allow.
package segment
