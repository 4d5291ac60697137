/**
 * The blocks of a text: the part of CommonMark that answers are written in,
 * and tables. Left out: HTML (it shows as the text it is), reference links (a
 * "[1]" is a citation), indented code and underlined headings (in chat they
 * are accidents). A text that is still being written is drawn as far as it goes.
 */
import { inline } from './inline'
import { DEEPEST, type Element, element, type Node } from './tree'

const FENCE = /^( *)(`{3,}(?=[^`]*$)|~{3,})/
const HEADING = /^ *#{1,6}(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$/
const RULE = /^ *([-*_])[ \t]*(?:\1[ \t]*){2,}$/
const QUOTE = /^ *> ?/
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?:( {1,4})(?! )| (?= )|$)/
const DELIMITERS = /^ *\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/

const blank = (line?: string): boolean => line === undefined || !/\S/.test(line)

export const blocks = (text: string): Element[] => read(text.replace(/\r\n?/g, '\n').replaceAll('\t', '    ').split('\n'), 0)

function read(lines: string[], depth: number): Element[] {
  const found: Element[] = []
  let i = 0
  while (i < lines.length) {
    const line = lines[i]!
    if (blank(line)) {
      i++
      continue
    }
    const fence = FENCE.exec(line)
    const heading = HEADING.exec(line)
    const item = depth < DEEPEST ? ITEM.exec(line) : null
    let next: number
    if (fence) {
      next = endOfFence(lines, i, fence[2]!)
      const closed = next < lines.length
      const indent = new RegExp(`^ {0,${fence[1]!.length}}`)
      found.push(element('pre', [lines.slice(i + 1, next).map((one) => one.replace(indent, '')).join('\n')]))
      if (closed) next++
    } else if (heading) {
      found.push(element('h', inline(heading[1] ?? '')))
      next = i + 1
    } else if (RULE.test(line)) {
      found.push(element('hr'))
      next = i + 1
    } else if (QUOTE.test(line) && depth < DEEPEST) {
      next = endOfQuote(lines, i)
      found.push(element('blockquote', read(lines.slice(i, next).map((one) => one.replace(QUOTE, '')), depth + 1)))
    } else if (item) {
      const list = readList(lines, i, item, depth)
      found.push(list.element)
      next = list.next
    } else if (line.includes('|') && DELIMITERS.test(lines[i + 1] ?? '') && cells(line).length === cells(lines[i + 1]!).length) {
      next = i + 2
      while (next < lines.length && !blank(lines[next]) && !startsBlock(lines[next]!)) next++
      found.push(readTable(lines.slice(i, next)))
    } else {
      next = i + 1
      while (next < lines.length && !blank(lines[next]) && !startsBlock(lines[next]!)) next++
      found.push(element('p', inline(lines.slice(i, next).map((one) => one.trimStart()).join('\n').trimEnd())))
    }
    i = next
  }
  return found
}

/** Whether a line ends the paragraph before it. A list does only if it begins at 1 and with text. */
function startsBlock(line: string): boolean {
  if (FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line)) return true
  const item = ITEM.exec(line)
  return item !== null && item[0].length < line.trimEnd().length && /^(?:[-*+]|1[.)])$/.test(item[2]!)
}

/** Whether a paragraph may go on at this line without the mark of what it stands in. */
const lazy = (lines: string[], i: number): boolean => {
  const before = lines[i - 1]!.replace(/^(?: *>| *(?:[-*+]|\d{1,9}[.)])(?: |$))+/, '')
  return !blank(lines[i]) && !blank(before) && !startsBlock(lines[i]!) && ![FENCE, HEADING, RULE].some((block) => block.test(before))
}

function endOfFence(lines: string[], from: number, mark: string): number {
  const end = new RegExp(`^ *${mark[0]}{${mark.length},} *$`)
  let i = from + 1
  while (i < lines.length && !end.test(lines[i]!)) i++
  return i
}

function endOfQuote(lines: string[], from: number): number {
  let i = from + 1
  while (i < lines.length && (QUOTE.test(lines[i]!) || (lazy(lines, i) && !ITEM.test(lines[i]!)))) i++
  return i
}

function readList(lines: string[], from: number, first: RegExpExecArray, depth: number): { element: Element; next: number } {
  const mark = first[2]!
  const kind = mark.at(-1)
  const items: Node[] = []
  let i = from
  for (;;) {
    const item = ITEM.exec(lines[i] ?? '')
    if (!item || item[2]!.at(-1) !== kind || RULE.test(lines[i]!)) break
    const width = item[1]!.length + item[2]!.length + (item[3]?.length ?? 1)
    const own = [lines[i]!.slice(Math.min(width, lines[i]!.length))]
    i++
    let fence = FENCE.exec(own[0]!)?.[2]
    for (; i < lines.length; i++) {
      const line = lines[i]!
      const inside = line.search(/\S/) >= width
      if (blank(line)) {
        // An item may not begin with two empty lines; a blank line stays inside where more of the item follows.
        let more = i + 1
        while (more < lines.length && blank(lines[more])) more++
        if (lines[more] === undefined || lines[more]!.search(/\S/) < width || (own.length === 1 && blank(own[0]))) break
        own.push('')
      } else if (inside) {
        const text = line.slice(width)
        const mark = FENCE.exec(text)?.[2]
        if (mark && (!fence || (mark[0] === fence[0] && mark.length >= fence.length))) fence = fence ? undefined : mark
        own.push(text)
      } else if (!fence && lazy(lines, i) && !ITEM.test(line)) own.push(line.trimStart())
      else break
    }
    items.push(element('li', read(own, depth + 1)))
    while (blank(lines[i]) && i < lines.length) {
      if (!ITEM.test(lines.slice(i).find((line) => !blank(line)) ?? '')) break
      i++
    }
  }
  const ordered = mark.length > 1 ? { start: parseInt(mark) } : undefined
  return { element: element(ordered ? 'ol' : 'ul', items, ordered), next: i }
}

const cells = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

function readTable([head, , ...rows]: string[]): Element {
  const titles = cells(head!)
  const row = (tag: 'th' | 'td', line: string) => {
    const own = cells(line)
    return element('tr', titles.map((_, i) => element(tag, inline(own[i] ?? ''))))
  }
  return element('table', [row('th', head!), ...rows.map((line) => row('td', line))])
}
