package extract

import "context"

// formats are the parsers of all types but PDF, which is read page by page.
var formats = map[string]func(context.Context, []byte) (text, error){
	Plain: plain, Markdown: markdown, HTML: webPage, CSV: spreadsheet, FAQ: faq, JSON: jsonText, XML: markupText, RTF: richText, EML: letter,
	DOCX: word, PPTX: slides, XLSX: workbook, ODT: openDocument, ODS: openDocument, ODP: openDocument, EPUB: book, DOC: compound, XLS: compound, PPT: compound,
}

// mostlyText are the types that hold as much text as they are long. Others are packed, or carry pictures.
var mostlyText = map[string]bool{Plain: true, Markdown: true, HTML: true, CSV: true, JSON: true, XML: true}
