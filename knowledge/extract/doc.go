// Package extract reads the text out of what a business uploads, with its
// headings and page numbers.
//
// Originals are outside data: what is unzipped is bounded, nothing that they
// refer to is fetched, a parser that panics or takes too long becomes an
// error in words. Errors that are chat.Errors are about the original and final;
// any other error may pass when the same is tried again.
package extract
