/** What stands in a line: emphasis, code, links, breaks. The rules are CommonMark's. */
import { decodeReference } from './references'
import { DEEPEST, element, type Node } from './tree'

/** A run of * or _ that may open or close emphasis. */
interface Run {
  char: string
  left: number // marks not used yet
  length: number
  opens: boolean
  closes: boolean
}

/** A "[" or "![" that a "]" may close. */
interface Bracket {
  at: number // its place among the parts
  mark: string
  active: boolean
}

type Part = Node | Run

const PUNCTUATION = /[!-/:-@[-`{-~]/
const AUTOLINK = /<([a-z][a-z\d+.-]{1,31}:[^\s<>]*)>|<([\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d-]+(?:\.[a-z\d-]+)*)>/iy
const REFERENCE = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][a-z\d]{1,31}));/iy
const TARGET = /\(\s*(?:<((?:[^<>\n\\]|\\.)*)>|((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*))(?:\s+(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\((?:[^()\\]|\\[^])*\)))?\s*\)/y
const PLAIN = /[^\\`&<![\]*_\n ]+/y

const match = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const unescape = (text: string): string =>
  text.replace(/\\([!-/:-@[-`{-~])|&#?\w{1,32};/g, (all, escaped: string | undefined) => escaped ?? (decode(all, 0)?.value || all))

function decode(text: string, at: number): { value: string; length: number } | undefined {
  const found = match(REFERENCE, text, at)
  const value = found && decodeReference(found[1], found[2], found[3])
  return value ? { value, length: found[0].length } : undefined
}

export function inline(text: string): Node[] {
  const parts: Part[] = []
  const brackets: Bracket[] = []
  let at = 0
  while (at < text.length) {
    const char = text[at]!
    let end = at + 1
    let part: Part = char
    if (char === '\\' && text[end] === '\n') {
      part = element('br')
      end++
    } else if (char === '\\' && PUNCTUATION.test(text[end] ?? '')) part = text[end++]!
    else if (char === '`') {
      const run = match(/`+/y, text, at)![0]
      const close = endOfCode(text, at + run.length, run.length)
      part = close < 0 ? run : element('code', [codeOf(text.slice(at + run.length, close))])
      end = close < 0 ? at + run.length : close + run.length
    } else if (char === '&') {
      const reference = decode(text, at)
      if (reference) {
        part = reference.value
        end = at + reference.length
      }
    } else if (char === '<') {
      const link = match(AUTOLINK, text, at)
      if (link) {
        part = element('a', [link[1] ?? link[2]!], { href: link[1] ?? `mailto:${link[2]}` })
        end = at + link[0].length
      }
    } else if (char === '*' || char === '_') {
      part = runAt(text, at)
      end = at + part.length
    } else if (char === '[' || (char === '!' && text[end] === '[')) {
      part = char === '[' ? '[' : '!['
      end = at + part.length
      brackets.push({ at: parts.length, mark: part, active: true })
    } else if (char === ']') {
      const open = brackets.pop()
      const target = open?.active ? match(TARGET, text, end) : null
      if (open && target) {
        const inner = emphasize(parts.splice(open.at).slice(1))
        part = element('a', inner, { href: unescape(target[1] ?? target[2] ?? '') })
        end += target[0].length
        if (open.mark === '[') for (const outer of brackets) outer.active &&= outer.mark === '![' // no links in links
      }
    } else if (char === '\n') part = '\n'
    else if (char === ' ') {
      part = match(/ +/y, text, at)![0]
      end = at + part.length
      if (text[end] === '\n') {
        part = part.length > 1 ? element('br') : '\n'
        end++
      }
    } else {
      part = match(PLAIN, text, at)?.[0] ?? char
      end = at + part.length
    }
    parts.push(part)
    at = end
  }
  return emphasize(parts)
}

function endOfCode(text: string, from: number, length: number): number {
  for (const run of text.slice(from).matchAll(/`+/g)) if (run[0].length === length) return from + run.index
  return -1
}

function codeOf(text: string): string {
  const line = text.replaceAll('\n', ' ')
  return /^ .*\S.* $/.test(line) ? line.slice(1, -1) : line
}

function runAt(text: string, at: number): Run {
  const char = text[at]!
  let end = at
  while (text[end] === char) end++
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? ' '
  const after = String.fromCodePoint(text.codePointAt(end) ?? 32)
  const space = (c: string) => /\s/u.test(c)
  const mark = (c: string) => /[\p{P}\p{S}]/u.test(c)
  const left = !space(after) && (!mark(after) || space(before) || mark(before))
  const right = !space(before) && (!mark(before) || space(after) || mark(after))
  const star = char === '*'
  return { char, left: end - at, length: end - at, opens: left && (star || !right || mark(before)), closes: right && (star || !left || mark(after)) }
}

const isRun = (part: Part): part is Run => typeof part === 'object' && 'opens' in part

/** Pairs the runs, inner ones first, and joins what is left of them to the text. */
function emphasize(parts: Part[]): Node[] {
  const bottom: Record<string, number> = {} // below it no run of this kind can be opened: keeps long texts linear
  for (let close = 0; close < parts.length; close++) {
    const closer = parts[close]!
    if (!isRun(closer) || !closer.closes) continue
    const kind = `${closer.char}${closer.opens}${closer.length % 3}`
    let open = close - 1
    while (open >= (bottom[kind] ?? 0) && !pairs(parts[open]!, closer)) open--
    if (open < (bottom[kind] ?? 0)) {
      bottom[kind] = close
      continue
    }
    const opener = parts[open] as Run
    const used = Math.min(2, opener.left, closer.left)
    const inner = plain(parts.slice(open + 1, close))
    const wrapped = element(used === 2 ? 'strong' : 'em', inner)
    opener.left -= used
    closer.left -= used
    const kept = wrapped.depth > DEEPEST ? inner : [wrapped]
    const from = opener.left ? open + 1 : open
    const to = closer.left ? close : close + 1
    parts.splice(from, to - from, ...kept)
    for (const key in bottom) bottom[key] = Math.min(bottom[key]!, from)
    close = from + kept.length - 1 // what is left of the closer is next
  }
  return plain(parts)
}

function pairs(opener: Part, closer: Run): boolean {
  if (!isRun(opener) || !opener.opens || opener.char !== closer.char) return false
  // CommonMark's rule of three: "**a*b**" is no nest of odd runs.
  const both = opener.closes || closer.opens
  return !both || (opener.length + closer.length) % 3 !== 0 || (opener.length % 3 === 0 && closer.length % 3 === 0)
}

/** Unpaired runs are the characters that they are; neighbouring texts become one. */
function plain(parts: Part[]): Node[] {
  const joined: Node[] = []
  for (const part of parts) {
    const node = isRun(part) ? part.char.repeat(part.left) : part
    const last = joined.at(-1)
    if (typeof node === 'string' && typeof last === 'string') joined[joined.length - 1] = last + node
    else if (node !== '') joined.push(node)
  }
  return joined
}
