/**
 * The address as a link may carry it, or nothing: only schemes that cannot run
 * anything, and no relative ones, as they would lead around the host's own site.
 */
export function safeLink(address: string): string | undefined {
  try {
    const url = new URL(address)
    return /^(https?|mailto):$/.test(url.protocol) ? url.href : undefined
  } catch {
    return undefined
  }
}

// A bare address in text. Marks that end a sentence stay outside of it.
const BARE = /\bhttps?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}*_]/g

/** Cuts a text into what is an address and what is not. */
export function splitLinks(text: string): { text: string; href?: string }[] {
  const parts: { text: string; href?: string }[] = []
  let from = 0
  for (const match of text.matchAll(BARE)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index) })
    parts.push({ text: match[0], href: safeLink(match[0]) })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ text: text.slice(from) })
  return parts
}
