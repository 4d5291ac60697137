const utf8 = new TextEncoder()

/** The length in UTF-8 bytes, which is what the wire counts in. */
export const byteLength = (text: string): number => utf8.encode(text).length
