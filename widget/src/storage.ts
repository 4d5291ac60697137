/**
 * What is kept in the visitor's browser, by bot. Where the browser refuses
 * storage it lasts as long as the page.
 */
import type { Pending } from './state'
import type { Appearance } from './wire'

/** Kept across visits. */
export interface Kept {
  token?: string
  read?: number // seq of the last event that the visitor has seen
  appearance?: Appearance // as last told by the server, so that the launcher is right at once
  muted?: boolean
}

/** Kept for this tab, across page loads. */
export interface Tab {
  open?: boolean
  outbox?: Pending[] // not acknowledged yet: sent again under the same client id
}

const memory = new Map<string, string>()

export class Shelf<T extends object> {
  readonly #key: string
  readonly #area: () => Storage // its mere getter throws where storage is blocked

  constructor(
    key: string,
    area: () => Storage, // its mere getter throws where storage is blocked
  ) {
    this.#key = key
    this.#area = area
  }

  read(): T {
    let raw: string | null | undefined
    try {
      raw = this.#area().getItem(this.#key)
    } catch {
      raw = memory.get(this.#key)
    }
    try {
      const value: unknown = JSON.parse(raw ?? '{}')
      return (typeof value === 'object' && value !== null ? value : {}) as T
    } catch {
      return {} as T
    }
  }

  write(change: Partial<T>): void {
    const raw = JSON.stringify({ ...this.read(), ...change })
    try {
      this.#area().setItem(this.#key, raw)
    } catch {
      memory.set(this.#key, raw)
    }
  }
}

/** A conversation whose link was followed: it is this tab's alone, beside the one that the browser keeps. */
const linked = (bot: string): Shelf<Kept & Tab> => new Shelf(`parley:${bot}:link`, () => sessionStorage)

function shelf(bot: string, area: () => Storage): Shelf<Kept & Tab> {
  const own = linked(bot)
  return own.read().token ? own : new Shelf(`parley:${bot}`, area)
}

export const kept = (bot: string): Shelf<Kept> => shelf(bot, () => localStorage)
export const tab = (bot: string): Shelf<Tab> => shelf(bot, () => sessionStorage)

/** Takes the visitor's token out of the page's address, where it would be copied along. */
export function follow(bot: string): void {
  const { hash, pathname, search } = location
  const token = /^#(v1\.[\w.-]+)$/.exec(hash)?.[1]
  if (!token) return
  const own = linked(bot)
  if (own.read().token !== token) own.write({ token, read: 0, outbox: [] })
  history.replaceState(history.state, '', pathname + search)
}
