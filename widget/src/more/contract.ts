/** What the app knows of the chunk `more`: what only some visitors need, or only later. */
import type { ComponentChild } from 'preact'
import type { About } from '../contract'
import type { Conversation, Snapshot } from '../conversation'
import type { Citation, Consent } from '../wire'

/** What lies over the messages, and the element that gets the focus back. */
export interface Over {
  kind: 'source' | 'menu' | 'mail'
  from: HTMLElement
  citation?: Citation // of a source
}

export interface MoreProps {
  snapshot: Snapshot
  conversation: Conversation
}

export interface TermsProps {
  consent: Consent
  conversation: Conversation
}

export interface More {
  css: string
  /** What the visitor is asked to agree to, and has not yet. */
  Terms(props: TermsProps): ComponentChild
  /** What lies over the messages. */
  Over(props: MoreProps & { over: Over; show(over: Over): void; close(): void }): ComponentChild
  /** What a visitor who waits for a person is told, and the form for their address. */
  Waiting(props: MoreProps): ComponentChild
  /** How much may still be written, near the limit. */
  Count(props: { left: number }): ComponentChild
  /** Asks what was wrong with an answer. */
  Comment(props: { send(comment: string): void }): ComponentChild
  /** Has what the page says of who the visitor is kept, once: where they have a conversation, and it is not known yet. */
  introduce(snapshot: Snapshot, conversation: Conversation, about: About): void
  /** Calls a visitor who looks elsewhere: a person has written. */
  call(conversation: Conversation): void
  /** Tells the owner of the page, in the console, why there is no connection: for good, or from a code below 4500 on if it is the page's policy. */
  explain(code?: number): void
}
