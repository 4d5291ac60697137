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

/** A bare address in text: splits it into what is none and what is. Marks that end a sentence stay outside of it. */
export const BARE = /(\bhttps?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}*_])/
