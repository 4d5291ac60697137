/** What the parts of the widget, which are loaded one by one, know of each other. */
import type * as preact from 'preact'
import type * as hooks from 'preact/hooks'
import type { More } from './more/contract'
import type { Kept, Shelf, Tab } from './storage'
import type { Appearance, Contact } from './wire'

/** What the loader gives to the app. */
export interface Guest {
  bot: string
  server: string // origin of the script
  kept: Shelf<Kept>
  tab: Shelf<Tab>
  shadow: ShadowRoot // where everything is drawn
  addSheet(css: string): void // there
  look: Appearance // what the line on the page says of the looks; the server's word goes before it
  page: boolean // the chat is the whole page, which is ours
  launcher: Launcher
  about: About
  emit(event: EventName, detail?: unknown): void
  /** Loads a script of ours, as the page's policy allows it; it finds `parley` on its own element, so that no global is needed. */
  load(path: string, parley: unknown, failed: () => void): void
}

/** What the page says of its visitor. */
export interface About {
  fields: Record<string, unknown>
  contact?: Contact
  identity?: unknown
}

/** The button, which the loader draws and the app keeps up to date. */
export interface Launcher {
  element: HTMLButtonElement
  show(state: { open: boolean; unread: number; appearance: Appearance }): void
}

/** What the app gives back. */
export interface App {
  open(): void
  close(): void
  /** The page threw our element away and the loader put it back. */
  remounted(): void
  /** The page said something else of its visitor. */
  told(): void
}

export type Mount = (guest: Guest) => App

/** What the app chunk finds on its script element. */
export type TakeApp = (mount: Mount) => void

/** What the chunk `more` finds there: it shares the app's Preact. */
export interface Kit {
  preact: Pick<typeof preact, 'Fragment' | 'h'> & Pick<typeof hooks, 'useLayoutEffect' | 'useRef' | 'useState'>
  take(more: More): void
}

export interface Script<T> extends HTMLScriptElement {
  parley?: T
}

export type EventName = 'open' | 'close' | 'unread' | 'message'

/** `window.Parley`. */
export interface Api {
  open(): void
  close(): void
  /** Says something of the visitor, which people of the business see: texts, numbers, true or false. */
  set(fields: Record<string, unknown>): void
  /** Says who the visitor is. */
  contact(contact: Contact): void
  /** Says who the visitor is, in the words of the business's server: an object with a signature, its text, or a JWT. Nothing: nobody known. */
  identify(identity?: unknown): void
  /** Calls back with open, close, unread (a number) or message ({from}); returns what ends it. */
  on(event: EventName, callback: (detail?: unknown) => void): () => void
}

declare global {
  interface Window {
    Parley?: Api
  }
}
