// Messages on their way. Each is kept in this browser from the moment it is
// sent until the server has acknowledged it, and is sent again with the same
// id after whatever came between: the server keeps the first and answers the
// others with it. Of one conversation, one is on its way at a time, so that
// order holds; one that was refused does not hold back the next.

import { Refusal } from './desk';
import type { Kind } from './drafts';
import { kept } from './kept';

export interface Outgoing {
  id: string; // the client's own, the same with each attempt
  conversation: string;
  kind: Kind;
  text: string;
  mentions: string[];
  at: string;
  /** Why the server did not take it; absent while it is on its way. */
  failed?: string;
}

/** Brings one to the server. Resolves once it is kept there; a Refusal says why not. */
export type Carrier = (message: Outgoing) => Promise<void>;

const prefix = (user: string) => `parley.outbox.${user}.`;
/** Codes after which the same may succeed later. */
const passing = new Set(['away', 'unavailable', 'rate_limited', 'internal']);
const firstPause = 1000;
const longestPause = 30_000;

export class Outbox {
  private user = '';
  private messages: readonly Outgoing[] = [];
  private readonly onTheWay = new Set<string>(); // conversations
  private readonly pauses = new Map<string, ReturnType<typeof setTimeout>>(); // of conversations that wait for the next attempt
  private readonly lastPauses = new Map<string, number>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly carry: Carrier) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** All that are not acknowledged, oldest first. */
  all = (): readonly Outgoing[] => this.messages;

  /** Takes up what this user had not sent when this browser was last closed. */
  begin(user: string): void {
    if (user === this.user) return;
    this.user = user;
    const found = kept.names(prefix(user)).flatMap((name) => parse(kept.read(name)));
    this.become(found.sort((a, b) => a.at.localeCompare(b.at)));
    this.flush();
  }

  send(conversation: string, kind: Kind, text: string, mentions: string[] = []): Outgoing {
    const message = { id: crypto.randomUUID(), conversation, kind, text, mentions, at: new Date().toISOString() };
    this.keep(message);
    this.become([...this.messages, message]);
    void this.next(conversation);
    return message;
  }

  /** Tries one again that was refused. */
  retry(id: string): void {
    const message = this.messages.find((m) => m.id === id);
    if (!message) return;
    this.replace({ ...message, failed: undefined });
    void this.next(message.conversation);
  }

  discard(id: string): void {
    kept.remove(prefix(this.user) + id);
    this.become(this.messages.filter((m) => m.id !== id));
  }

  /** Its message is in the log: whatever became of the acknowledgement, it has arrived. */
  arrived(id: string): void {
    if (this.messages.some((m) => m.id === id)) this.discard(id);
  }

  /** The way is open again. */
  flush(): void {
    for (const timer of this.pauses.values()) clearTimeout(timer);
    this.pauses.clear();
    this.lastPauses.clear();
    for (const conversation of new Set(this.messages.map((m) => m.conversation))) void this.next(conversation);
  }

  private async next(conversation: string): Promise<void> {
    if (this.onTheWay.has(conversation) || this.pauses.has(conversation)) return;
    const message = this.messages.find((m) => m.conversation === conversation && m.failed === undefined);
    if (!message) return;
    this.onTheWay.add(conversation);
    try {
      await this.carry(message);
      this.onTheWay.delete(conversation);
      this.lastPauses.delete(conversation);
      this.discard(message.id);
    } catch (failure) {
      this.onTheWay.delete(conversation);
      this.refused(message, failure);
    }
    if (!this.pauses.has(conversation)) void this.next(conversation);
  }

  private refused(message: Outgoing, failure: unknown): void {
    const { code, retryAfter } = failure instanceof Refusal ? failure : new Refusal('internal', '');
    if (!passing.has(code)) {
      const reason = failure instanceof Refusal ? failure.message : '';
      if (this.messages.some((m) => m.id === message.id)) this.replace({ ...message, failed: reason });
      return;
    }
    this.pauseFor(message.conversation, retryAfter === undefined ? undefined : retryAfter * 1000);
  }

  private pauseFor(conversation: string, asked?: number): void {
    const pause = asked ?? this.lastPauses.get(conversation) ?? firstPause;
    this.lastPauses.set(conversation, Math.min(pause * 2, longestPause));
    const timer = setTimeout(() => {
      this.pauses.delete(conversation);
      void this.next(conversation);
    }, pause);
    this.pauses.set(conversation, timer);
  }

  private replace(message: Outgoing): void {
    this.keep(message);
    this.become(this.messages.map((m) => (m.id === message.id ? message : m)));
  }

  private keep(message: Outgoing): void {
    kept.write(prefix(this.user) + message.id, JSON.stringify(message));
  }

  private become(messages: readonly Outgoing[]): void {
    this.messages = messages;
    for (const listener of this.listeners) listener();
  }
}

function parse(text: string | undefined): Outgoing[] {
  try {
    const message = JSON.parse(text ?? '') as Outgoing;
    return typeof message.id === 'string' && typeof message.text === 'string' ? [message] : [];
  } catch {
    return []; // not ours
  }
}
