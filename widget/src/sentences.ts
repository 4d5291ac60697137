/** Cuts a growing text into sentences, so that a screen reader hears each once and whole. */

// Enough for reading aloud: an end mark, closing quotes, then a space; or a line's end. CJK marks need no space.
const END = /[.!?…]["'”’)]*(?=\s)|[。！？]|\n/g

/** What a text says without its Markdown. */
const spoken = (markdown: string): string =>
  markdown
    .replace(/```[^\n]*/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s?\[\d{1,2}\]/g, '')
    .replace(/^\s*(?:#{1,6}|[-*+>])\s+/gm, '')
    .replace(/[*_`]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()

/**
 * The sentences that ended behind `from`, and where the next one begins. With
 * `whole`, what is left counts as ended.
 */
export function sentences(text: string, from: number, whole: boolean): { said: string[]; next: number } {
  const rest = text.slice(from)
  const said: string[] = []
  let next = 0
  for (const match of rest.matchAll(END)) {
    const end = match.index + match[0].length
    said.push(spoken(rest.slice(next, end)))
    next = end
  }
  if (whole) {
    said.push(spoken(rest.slice(next)))
    next = rest.length
  }
  return { said: said.filter(Boolean), next: from + next }
}
