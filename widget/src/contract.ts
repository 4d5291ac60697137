/** What the loader and the app chunk know of each other. */
import type { Appearance } from './wire'

/** What the loader gives to the app. */
export interface Guest {
  bot: string
  server: string // origin of the script
  shadow: ShadowRoot // where everything is drawn
  look: Appearance // what the line on the page says of the looks; the server's word goes before it
  launcher: Launcher
  emit(event: EventName, detail?: unknown): void
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
}

export type Mount = (guest: Guest) => App

/** The app chunk finds this on its own script element and calls it: no global is needed. */
export interface AppScript extends HTMLScriptElement {
  parley?: (mount: Mount) => void
}

export type EventName = 'open' | 'close' | 'unread' | 'message'

/** `window.Parley`. */
export interface Api {
  open(): void
  close(): void
  /** Calls back with open, close, unread (a number) or message ({from}); returns what ends it. */
  on(event: EventName, callback: (detail?: unknown) => void): () => void
}

declare global {
  interface Window {
    Parley?: Api
  }
}
