/**
 * The character names that answers use. The whole table would be larger than
 * the widget; an unknown name shows as it is written.
 */
const names = new Map(
  'amp& lt< gt> quot" apos\' nbsp\u00a0 shy\u00ad hellip… ndash– mdash— lsquo‘ rsquo’ ldquo“ rdquo” bull• middot· copy© deg° times× euro€ pound£ rarr→ larr←'
    .split(' ')
    .map((one) => [one.slice(0, -1), one.at(-1)!]),
)

/** The character of a decimal, hexadecimal or named reference, if there is one. */
export function decodeReference(decimal?: string, hexadecimal?: string, name?: string): string | undefined {
  if (name) return names.get(name)
  const code = decimal ? parseInt(decimal, 10) : parseInt(hexadecimal!, 16)
  const sound = code >= 32 ? code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) && (code < 127 || code > 159) : code === 9 || code === 10
  return sound ? String.fromCodePoint(code) : '\ufffd'
}
