// Package sealed searches the files of a busy server for what people wrote, in the
// forms in which it could stand there, and changes the master key while everybody
// goes on.
package sealed
