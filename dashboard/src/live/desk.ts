import { renewSession } from '../api/session';
import type { Conversation, Note, WireEvent } from '../api/types';

// The desk is the dashboard's one connection to what happens now. It comes back
// by itself, with pauses that grow, and gives up only where the server says
// that trying again is of no use; pages then go on by asking every few seconds.

/** live: what changes is told at once. away: ask for it. */
export type Connection = 'live' | 'away';

/** Who is on duty, and as what this window is. */
export interface Duty {
  user: string;
  available: boolean;
  agents: { id: string; name: string; available: boolean }[];
}

/** The server's no, or `away`: it cannot be asked now. `retryAfter` in seconds where waiting helps. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export interface Frame {
  ref?: string;
  type: string;
  conversation?: string;
  seq?: number;
  at?: string;
  data?: Record<string, unknown>;
}

export interface Watcher {
  /** seq of the last event the watcher holds. */
  head(): number;
  /** What the watcher holds is not a prefix of the log: forget it, all of it follows. */
  reset(): void;
  event(event: WireEvent): void;
  delta(message: string, index: number, text: string): void;
  snapshot(message: string, text: string): void;
  /** The watch stands; what the server says of those who are here. */
  joined?(data: Record<string, unknown>): void;
  /** What happens beside the log: who is here, typing, notes, read marks. */
  aside?(frame: Frame): void;
}

/** Told of what changes in the inbox. */
export interface InboxListener {
  /** The summary of a conversation, as REST has it; without one it must be read. '' after a time away: any may have changed. */
  changed(conversation: string, summary?: Conversation): void;
  /** A note names the user. */
  mentioned?(conversation: string, note: Note): void;
}

interface Asked {
  resolve: (data: Record<string, unknown>) => void;
  reject: (refusal: Refusal) => void;
  timer: ReturnType<typeof setTimeout>;
}

const subprotocol = 'parley.v1';
const firstPause = 500;
const longestPause = 30_000;
/** The protocol's silence before a ping, and how long its answer may take. */
const silence = 25_000;
const patience = 10_000;
/** How long an answer to a frame may take: the server itself gives up a send after 10 s. */
const answerWithin = 15_000;
/** Codes from here on mean: the same attempt would fail again. */
const stopCodes = 4500;
/** The sign-in is not good any more: it may be renewed, with another role perhaps. */
const signedOut = 4506;
/** The server sends us elsewhere: it drains, or the way to a conversation was lost. */
const sentAway = [4002, 4003];
/** A time away that is shorter is not worth a word. */
const blink = 2000;

/** The pause before attempt n (from 0): doubling, and spread so that a restart is not met by all at once. */
export function pauseBefore(attempt: number, random = Math.random()): number {
  const longest = Math.min(firstPause * 2 ** attempt, longestPause);
  return longest / 2 + (longest / 2) * random;
}

/** The pause after a connection ended: where the server sends us elsewhere, anything up to the time over which it spreads all. */
export function pauseAfter(code: number, attempt: number, within = firstPause, random = Math.random()): number {
  return attempt === 0 && sentAway.includes(code) ? within * random : pauseBefore(attempt, random);
}

export class Desk {
  private socket: WebSocket | undefined;
  private connection: Connection = 'away';
  private noticed: Connection = 'away';
  private blinking: ReturnType<typeof setTimeout> | undefined;
  private within: number | undefined; // over which a server that drains spreads us, in milliseconds
  private attempt = 0;
  private nextId = 1;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lifeline: ReturnType<typeof setTimeout> | undefined;
  private openRef = '';
  private readonly watching = new Map<string, Watcher>();
  private readonly watchRefs = new Map<string, string>();
  private readonly connectionListeners = new Set<() => void>();
  private readonly inboxListeners = new Set<InboxListener>();
  private readonly asked = new Map<string, Asked>();
  private onDuty: Duty = { user: '', available: false, agents: [] };

  constructor(
    private readonly url: () => string,
    /** Called when the server does not let us in; the next attempt comes by itself. */
    private readonly refused: () => void = () => undefined,
  ) {}

  start(): void {
    if (this.socket !== undefined || this.timer !== undefined) return;
    this.notice('live'); // unless it takes long
    this.connect();
    this.blinking ??= setTimeout(() => this.notice('away'), blink);
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.lifeline);
    this.timer = undefined;
    const socket = this.socket;
    this.socket = undefined;
    socket?.close(1000);
    this.become('away');
    this.notice('away');
  }

  state = (): Connection => this.connection;

  /** The same for people: who is away for a moment comes back before anybody need be told. */
  seemingly = (): Connection => this.noticed;

  onConnection = (listener: () => void): (() => void) => {
    this.connectionListeners.add(listener);
    return () => this.connectionListeners.delete(listener);
  };

  duty = (): Duty => this.onDuty;

  onInbox(listener: InboxListener): () => void {
    this.inboxListeners.add(listener);
    return () => this.inboxListeners.delete(listener);
  }

  /** Asks the server for something and waits for its answer; a Refusal says why not. */
  ask(type: string, data: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (this.connection !== 'live') return Promise.reject(new Refusal('away', ''));
    return new Promise((resolve, reject) => {
      const id = this.send(type, data);
      const timer = setTimeout(() => this.answered(id, new Refusal('away', '')), answerWithin);
      this.asked.set(id, { resolve, reject, timer });
    });
  }

  /** Says something that needs no answer; lost while the desk is away. */
  say(type: string, data: Record<string, unknown>): void {
    if (this.connection === 'live') this.send(type, data);
  }

  /** Whether this member takes conversations. */
  async setAvailable(available: boolean): Promise<void> {
    await this.ask('presence.set', { available });
    const agents = this.onDuty.agents.map((agent) => (agent.id === this.onDuty.user ? { ...agent, available } : agent));
    this.nowOnDuty({ ...this.onDuty, agents, available });
  }

  /** The network is back: do not wait for the next attempt. */
  wake = (): void => {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    this.connect();
  };

  /** Follows one conversation until the returned function is called. */
  watch(conversation: string, watcher: Watcher): () => void {
    this.watching.set(conversation, watcher);
    if (this.connection === 'live') this.sendWatch(conversation);
    return () => {
      if (this.watching.get(conversation) !== watcher) return;
      this.watching.delete(conversation);
      this.send('conversation.unwatch', { conversation });
    };
  }

  /** Asks for a watched conversation from its watcher's head on, after a gap. */
  resume(conversation: string): void {
    if (this.connection === 'live') this.sendWatch(conversation);
  }

  private connect(): void {
    this.timer = undefined;
    const socket = new WebSocket(this.url(), subprotocol);
    this.socket = socket;
    socket.onopen = () => {
      this.openRef = this.send('desk.open', {});
      this.heard();
    };
    socket.onmessage = (message) => {
      if (this.socket !== socket || typeof message.data !== 'string') return;
      this.heard();
      const frame = parse(message.data);
      if (frame) this.receive(frame);
    };
    socket.onclose = (closed) => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      clearTimeout(this.lifeline);
      this.become('away');
      if (closed.code === signedOut) this.refused();
      else if (closed.code >= stopCodes) return this.notice('away');
      this.timer = setTimeout(() => this.connect(), pauseAfter(closed.code, this.attempt++, this.within));
    };
  }

  private receive(frame: Frame): void {
    if (frame.type === 'ping') return void this.send('pong');
    if (frame.ref !== undefined && frame.ref === this.openRef) return this.opened(frame);
    const watched = frame.ref === undefined ? undefined : this.watchRefs.get(frame.ref);
    if (frame.ref !== undefined && watched !== undefined) {
      this.watchRefs.delete(frame.ref);
      if (frame.type !== 'ack') return;
      const watcher = this.watching.get(watched);
      if (frame.data?.recovered === false) watcher?.reset();
      watcher?.joined?.(frame.data ?? {});
      return;
    }
    if (frame.ref !== undefined) return this.answered(frame.ref, frame.type === 'error' ? refusal(frame) : (frame.data ?? {}));
    const { conversation, summary, note, agents } = (frame.data ?? {}) as Partial<{
      conversation: string;
      summary: Conversation;
      note: Note;
      agents: Duty['agents'];
    }>;
    switch (frame.type) {
      case 'draining':
        this.within = Number(frame.data?.within) * 1000;
        return;
      case 'inbox.changed':
        return this.tellInbox(conversation ?? '', summary);
      case 'mention.added':
        if (!conversation || !note) return;
        for (const listener of this.inboxListeners) listener.mentioned?.(conversation, note);
        return;
      case 'presence.changed':
        return this.nowOnDuty({ ...this.onDuty, agents: agents ?? [] });
    }
    const watcher = this.watching.get(frame.conversation ?? '');
    if (watcher) deliver(frame, watcher);
  }

  private opened(frame: Frame): void {
    if (frame.type === 'error') {
      this.refused();
      this.socket?.close(1000);
      return;
    }
    this.attempt = 0;
    this.within = undefined;
    const { user = '', available = true, agents = [] } = (frame.data ?? {}) as Partial<Duty>;
    this.onDuty = { user, available, agents };
    this.become('live');
    this.tellInbox('');
    for (const conversation of this.watching.keys()) this.sendWatch(conversation);
  }

  private sendWatch(conversation: string): void {
    const after = this.watching.get(conversation)?.head() ?? 0;
    this.watchRefs.set(this.send('conversation.watch', { conversation, after }), conversation);
  }

  private send(type: string, data?: Record<string, unknown>): string {
    const id = String(this.nextId++);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ id, type, data }));
    return id;
  }

  /** Starts the wait for the next sign of life. */
  private heard(): void {
    clearTimeout(this.lifeline);
    this.lifeline = setTimeout(() => {
      this.send('ping');
      this.lifeline = setTimeout(() => this.socket?.close(4000), patience);
    }, silence);
  }

  private become(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    if (connection === 'live') this.notice('live');
    else this.blinking ??= setTimeout(() => this.notice('away'), blink);
    this.watchRefs.clear();
    for (const id of [...this.asked.keys()]) this.answered(id, new Refusal('away', ''));
    for (const listener of this.connectionListeners) listener();
  }

  private notice(connection: Connection): void {
    clearTimeout(this.blinking);
    this.blinking = undefined;
    if (connection === this.noticed) return;
    this.noticed = connection;
    for (const listener of this.connectionListeners) listener();
  }

  private tellInbox(conversation: string, summary?: Conversation): void {
    for (const listener of this.inboxListeners) listener.changed(conversation, summary);
  }

  private nowOnDuty(duty: Duty): void {
    const own = duty.agents.find(({ id }) => id === duty.user);
    this.onDuty = own ? { ...duty, available: own.available } : duty;
    for (const listener of this.connectionListeners) listener();
  }

  private answered(id: string, answer: Record<string, unknown> | Refusal): void {
    const asked = this.asked.get(id);
    if (!asked) return;
    this.asked.delete(id);
    clearTimeout(asked.timer);
    if (answer instanceof Refusal) asked.reject(answer);
    else asked.resolve(answer);
  }
}

function deliver(frame: Frame, watcher: Watcher): void {
  const data = frame.data ?? {};
  if (frame.seq !== undefined) {
    watcher.event(frame as WireEvent); // only durable events have a seq
  } else if (frame.type === 'message.delta') {
    watcher.delta(String(data.message), Number(data.index), String(data.text));
  } else if (frame.type === 'message.snapshot') {
    watcher.snapshot(String(data.message), String(data.text));
  } else {
    watcher.aside?.(frame);
  }
}

function refusal({ data = {} }: Frame): Refusal {
  const after = Number(data.retry_after);
  return new Refusal(String(data.code ?? ''), String(data.message ?? ''), Number.isFinite(after) ? after : undefined);
}

function parse(text: string): Frame | undefined {
  try {
    return JSON.parse(text) as Frame;
  } catch {
    return undefined; // not ours; the next frame may be
  }
}

export const desk = new Desk(
  () => `${window.location.origin.replace(/^http/, 'ws')}/api/v1/socket`,
  () => void renewSession().catch(() => false),
);
