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
}

/** Kept for this tab, across page loads. */
export interface Tab {
  open?: boolean
  outbox?: Pending[] // not acknowledged yet: sent again under the same client id
}

const memory = new Map<string, string>()

class Shelf<T extends object> {
  constructor(
    private readonly key: string,
    private readonly area: () => Storage, // its mere getter throws where storage is blocked
  ) {}

  read(): T {
    let raw: string | null | undefined
    try {
      raw = this.area().getItem(this.key)
    } catch {
      raw = memory.get(this.key)
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
      this.area().setItem(this.key, raw)
    } catch {
      memory.set(this.key, raw)
    }
  }
}

export const kept = (bot: string): Shelf<Kept> => new Shelf(`parley:${bot}`, () => localStorage)
export const tab = (bot: string): Shelf<Tab> => new Shelf(`parley:${bot}`, () => sessionStorage)
