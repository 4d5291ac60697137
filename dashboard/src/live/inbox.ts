// One store of conversations by id. Pages of REST and the socket's summaries
// both end here; each list is a view of it that is kept in order. A list knows
// how far its pages reach: what would stand behind that is left out until its
// page is asked for, so that a list never has a gap.

import type { Conversation } from '../api/types';
import { asProblem } from '../api/problem';
import { belongs, holder, isSnoozed, order, type Queue, searches, type View } from './queues';

export interface Source {
  page(view: View, cursor: string): Promise<{ items: Conversation[]; next: string }>;
  one(id: string): Promise<Conversation>;
  counts(): Promise<Counts>;
}

export type Counts = Partial<Record<Queue, number>>;

/** A list as pages show it; a new object with each change. */
export interface ListState {
  items: readonly Conversation[];
  loaded: boolean; // its first page was read
  loading: boolean;
  more: boolean;
  error?: unknown;
}

interface List {
  view: View;
  state: ListState;
  /** What `state.items` has of each conversation, by id: so that a change is found without looking at all. */
  shown: Map<string, Conversation>;
  cursor: string;
  pages: number;
  /** The last of the last page: what sorts behind it is not shown while there is more. */
  horizon?: Conversation;
  /** Members of lists that summaries do not tell: searches, and mentions. */
  members?: Set<string>;
  users: number;
  turn: number; // of its latest loading; an earlier one's answer is dropped
}

const nothing: ListState = { items: [], loaded: false, loading: false, more: false };
/** Between two drawings, in milliseconds: an event is to be seen within 100 of its commit. */
const gather = 40;
const countsPause = 400;
/** After a time away as many pages are read again. */
const pagesAgain = 10;
/** More than this is not held: a day of a busy inbox begins afresh. */
const mostHeld = 20_000;
/** From here on sorting is cheaper than finding each its place. */
const manyAtOnce = 50;
const longestTimer = 2 ** 31 - 1;

export class Inbox {
  private me = '';
  private clock = 0;
  private readonly held = new Map<string, { c: Conversation; stamp: number }>();
  private readonly lists = new Map<string, List>();
  private readonly pinned = new Map<string, number>();
  private readonly changed = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private countsHeld: Counts | undefined;
  private countsTimer: ReturnType<typeof setTimeout> | undefined;
  private flushTimer: ReturnType<typeof setTimeout> | undefined;
  private snoozeTimer: ReturnType<typeof setTimeout> | undefined;
  private snoozeEnds = Infinity;
  private flushed = 0; // when

  constructor(
    private readonly source: Source,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whose inbox it is. Another user's is forgotten. */
  begin(me: string): void {
    if (me === this.me) return;
    this.me = me;
    this.held.clear();
    this.countsHeld = undefined;
    for (const list of this.lists.values()) this.restart(list);
    this.tell();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  counts = (): Counts | undefined => this.countsHeld;

  get(id: string): Conversation | undefined {
    return this.held.get(id)?.c;
  }

  /** Keeps one conversation whatever lists show, reading it if it is not there. */
  async pin(id: string): Promise<void> {
    this.pinned.set(id, (this.pinned.get(id) ?? 0) + 1);
    if (!this.held.has(id)) await this.refresh(id);
  }

  unpin(id: string): void {
    const users = (this.pinned.get(id) ?? 1) - 1;
    if (users > 0) this.pinned.set(id, users);
    else this.pinned.delete(id);
  }

  /** Reads one conversation anew. */
  async refresh(id: string): Promise<void> {
    const asked = this.clock;
    try {
      this.take(await this.source.one(id), asked);
    } catch (error) {
      if (asProblem(error).status !== 404) throw error;
      this.forget(id);
      throw error;
    }
  }

  list(view: View): ListState {
    return this.lists.get(keyOf(view))?.state ?? nothing;
  }

  /** Shows a list until the returned function is called. */
  open(view: View): () => void {
    const key = keyOf(view);
    let list = this.lists.get(key);
    if (!list) {
      list = { view, state: nothing, shown: new Map(), cursor: '', pages: 0, users: 0, turn: 0 };
      if (searches(view) || view.queue === 'mentions') list.members = new Set();
      this.lists.set(key, list);
      this.restart(list);
    }
    const opened = list;
    opened.users++;
    return () => {
      opened.users--;
      // A list that nobody shows is kept current by the socket, but for those that only the server knows.
      if (opened.users === 0 && (opened.members || opened.state.error || !opened.state.loaded)) this.lists.delete(key);
    };
  }

  /** Reads the next page of a list; nothing while one is being read. */
  more(view: View): void {
    const list = this.lists.get(keyOf(view));
    if (list && list.state.more && !list.state.loading) void this.load(list);
  }

  retry(view: View): void {
    const list = this.lists.get(keyOf(view));
    if (list && !list.state.loading) void (list.state.loaded && list.state.more ? this.load(list) : this.restart(list));
  }

  /** A summary from the socket; undefined: it must be read. */
  summary(id: string, c: Conversation | undefined): void {
    this.countsStale();
    if (!c) return void this.refresh(id).catch(() => undefined); // the next resync heals it
    this.take(c, Infinity);
  }

  /** A note that names the user was written in a conversation. */
  mentioned(id: string): void {
    this.countsStale();
    const list = this.lists.get(keyOf({ queue: 'mentions' }));
    list?.members?.add(id);
    if (this.held.has(id)) this.touch(id);
    else void this.refresh(id).catch(() => undefined);
  }

  /** Changes what is shown at once; the returned function takes that back. */
  change(id: string, change: Partial<Conversation>): () => void {
    const before = this.held.get(id);
    if (!before) return () => undefined;
    const after = { c: { ...before.c, ...change }, stamp: before.stamp };
    this.held.set(id, after);
    this.touch(id);
    return () => {
      const now = this.held.get(id);
      if (now && now !== after) return; // something newer has come
      this.held.set(id, before);
      this.touch(id);
    };
  }

  /** The user has read a conversation up to seq. */
  read(id: string, seq: number): void {
    const list = this.lists.get(keyOf({ queue: 'mentions' }));
    if (list?.members?.delete(id)) this.touch(id);
    if ((this.get(id)?.read ?? 0) < seq) this.change(id, { read: seq });
    this.countsStale();
  }

  /** After a time away anything may have changed: all that is shown is read again, and stays until it was. */
  resync(): void {
    this.countsStale();
    for (const [key, list] of this.lists) {
      if (list.users === 0) this.lists.delete(key);
      else void this.again(list);
    }
    for (const id of this.pinned.keys()) void this.refresh(id).catch(() => undefined);
  }

  async readCounts(): Promise<void> {
    try {
      this.countsHeld = await this.source.counts();
      this.tell();
    } catch {
      // The next change, or the next time the desk is back, asks again.
    }
  }

  private countsStale(): void {
    this.countsTimer ??= setTimeout(() => {
      this.countsTimer = undefined;
      void this.readCounts();
    }, countsPause);
  }

  private take(c: Conversation, asked: number): void {
    const before = this.held.get(c.id);
    // What the socket brought while a page was on its way is newer than the page.
    if (before && before.stamp > asked) return;
    const read = c.read ?? before?.c.read;
    this.held.set(c.id, { c: read === c.read ? c : { ...c, read }, stamp: ++this.clock });
    this.touch(c.id);
    if (c.snoozed_until) this.wakeAt(Date.parse(c.snoozed_until));
  }

  private forget(id: string): void {
    if (!this.held.delete(id)) return;
    for (const list of this.lists.values()) list.members?.delete(id);
    this.touch(id);
  }

  private touch(id: string): void {
    this.changed.add(id);
    // A lone change shows at once; of many, those of a moment are drawn together.
    this.flushTimer ??= setTimeout(() => this.flush(), Math.max(0, this.flushed + gather - this.now()));
  }

  /** Puts what changed into its places, in all lists. */
  flush(): void {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    this.flushed = this.now();
    for (const list of this.lists.values()) if (list.state.loaded) this.place(list, this.changed);
    this.release();
    this.changed.clear();
    if (this.held.size > mostHeld) this.shrink();
    this.tell();
  }

  private place(list: List, changed: ReadonlySet<string>): void {
    const compare = order(list.view);
    const now = this.now();
    const { more, items } = list.state;
    const left: Conversation[] = [];
    const come: Conversation[] = [];
    for (const id of changed) {
      const before = list.shown.get(id);
      const held = this.get(id);
      const beyond = held && more && list.horizon && compare(held, list.horizon) > 0;
      const after = held && !beyond && this.has(list, held, now) ? held : undefined;
      if (before === after) continue;
      if (before) left.push(before);
      if (after) come.push(after);
      if (after) list.shown.set(id, after);
      else list.shown.delete(id);
    }
    if (left.length === 0 && come.length === 0) return;
    list.state = { ...list.state, items: joined(without(items, left, compare), come, compare) };
  }

  private has(list: List, c: Conversation, now: number): boolean {
    if (!list.members) return belongs(c, list.view, this.me, now);
    if (!list.members.has(c.id)) return false;
    return searches(list.view) || (!c.spam && !isSnoozed(c, now));
  }

  /** Lets go of what changed and is in no list; what may ring stays. */
  private release(): void {
    for (const id of this.changed) {
      const c = this.get(id);
      if (!c || this.pinned.has(id) || holder(c) === this.me || c.status === 'waiting') continue;
      if (![...this.lists.values()].some((list) => list.shown.has(id))) this.held.delete(id);
    }
  }

  private shrink(): void {
    this.held.clear();
    for (const list of this.lists.values()) list.pages = Math.min(list.pages, 1);
    this.resync();
  }

  private restart(list: List): void {
    list.cursor = '';
    list.pages = 0;
    list.horizon = undefined;
    list.members?.clear();
    list.shown.clear();
    list.state = nothing;
    void this.load(list);
  }

  private async load(list: List): Promise<void> {
    const turn = ++list.turn;
    list.state = { ...list.state, loading: true, error: undefined };
    this.tell();
    const asked = this.clock;
    try {
      const page = await this.source.page(list.view, list.cursor);
      if (turn !== list.turn) return;
      this.arrived(list, page, asked);
      list.state = { ...list.state, loaded: true, loading: false };
      this.flush();
    } catch (error) {
      if (turn !== list.turn) return;
      list.state = { ...list.state, loading: false, error };
      this.tell();
    }
  }

  /** Reads a list's pages again, and only then puts them in the place of what is shown. */
  private async again(list: List): Promise<void> {
    const turn = ++list.turn;
    const asked = this.clock;
    const pages: { items: Conversation[]; next: string }[] = [];
    const wanted = Math.min(Math.max(list.pages, 1), pagesAgain);
    try {
      for (let cursor = ''; pages.length < wanted; ) {
        const page = await this.source.page(list.view, cursor);
        if (turn !== list.turn) return;
        pages.push(page);
        cursor = page.next;
        if (!cursor) break;
      }
    } catch (error) {
      if (turn !== list.turn) return;
      list.state = { ...list.state, loading: false, error: list.state.loaded ? undefined : error };
      this.tell();
      return;
    }
    const shown = list.state.items;
    const fresh = new Set(pages.flatMap(({ items }) => items.map(({ id }) => id)));
    list.members?.clear();
    list.shown.clear();
    list.pages = 0;
    list.state = { ...nothing, loaded: true };
    for (const page of pages) this.arrived(list, page, asked);
    // What was shown and is in no page any more has left this list while we were away.
    for (const { id } of shown) {
      const stamp = this.held.get(id)?.stamp ?? 0;
      if (!fresh.has(id) && stamp <= asked && !this.pinned.has(id)) this.forget(id);
    }
    for (const { c } of this.held.values()) this.changed.add(c.id);
    this.flush();
  }

  private arrived(list: List, page: { items: Conversation[]; next: string }, asked: number): void {
    for (const c of page.items) {
      list.members?.add(c.id);
      this.take(c, asked);
      this.changed.add(c.id);
    }
    list.pages++;
    list.cursor = page.next;
    list.horizon = page.items.at(-1) ?? list.horizon;
    list.state = { ...list.state, more: page.next !== '' };
  }

  /** Snoozes end by the clock. */
  private wakeAt(at: number): void {
    if (at <= this.now() || at >= this.snoozeEnds) return;
    clearTimeout(this.snoozeTimer);
    this.snoozeEnds = at;
    this.snoozeTimer = setTimeout(
      () => {
        this.snoozeEnds = Infinity;
        for (const { c } of this.held.values()) {
          if (!c.snoozed_until) continue;
          this.touch(c.id);
          this.wakeAt(Date.parse(c.snoozed_until));
        }
        this.countsStale();
      },
      Math.min(at - this.now() + 50, longestTimer),
    );
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export function keyOf({ queue, q, text, label, bot, since, until }: View): string {
  return JSON.stringify([queue, q, text, label, bot, since, until]);
}

type Order = (a: Conversation, b: Conversation) => number;

/** A copy of items in which these, which are all in it, are not. */
function without(items: readonly Conversation[], left: readonly Conversation[], compare: Order): Conversation[] {
  if (left.length > manyAtOnce) {
    const gone = new Set(left);
    return items.filter((c) => !gone.has(c));
  }
  const rest = items.slice();
  for (const c of left) {
    const place = placeOf(rest, c, compare) - 1; // the order leaves no two equal
    rest.splice(rest[place] === c ? place : rest.indexOf(c), 1);
  }
  return rest;
}

/** Items with these in their places; items itself is used up. */
function joined(items: Conversation[], come: Conversation[], compare: Order): Conversation[] {
  if (come.length <= manyAtOnce) {
    for (const c of come) items.splice(placeOf(items, c, compare), 0, c);
    return items;
  }
  come.sort(compare);
  const last = items.at(-1);
  const all = items.concat(come);
  // The next page stands behind all that is there.
  return last && compare(last, come[0]!) > 0 ? all.sort(compare) : all;
}

function placeOf(items: readonly Conversation[], c: Conversation, compare: Order): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(items[middle]!, c) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
