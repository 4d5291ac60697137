package extract

import "parley/chat"

// What can be wrong with an original, said to its owner.
var (
	ErrEncrypted = chat.Fail(chat.Invalid, "source_encrypted",
		"This file is protected by a password. Remove the protection, or save a copy without it, and upload that.")
	ErrBroken = chat.Fail(chat.Invalid, "source_broken",
		"This file is damaged and cannot be opened. Export or save it again, and upload the new file.")
	ErrNoText = chat.Fail(chat.Invalid, "source_no_text",
		"No text was found in this. If it is a scan or an image, upload a version with selectable text (for example after text recognition).")
	ErrTooBig = chat.Fail(chat.TooLarge, "source_too_big",
		"This file unpacks to more than can be read. Split it into smaller files and upload those.")
	ErrTooMuchText = chat.Fail(chat.TooLarge, "source_too_much_text",
		"This holds more text than one source can have (about 20 million characters). Split it into several files and upload those.")
	ErrTooSlow = chat.Fail(chat.Invalid, "source_too_complex",
		"This file takes too long to read. Simplify it, save it as PDF or plain text, or split it, and upload that.")
)
