// Package far holds match levels and the false acceptance rates they stand for.
package far
