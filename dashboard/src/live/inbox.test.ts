import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../api/problem';
import type { Conversation } from '../api/types';
import { Inbox, type Source } from './inbox';
import { order, queuesOf, type View } from './queues';
import { conversation } from '../test/conversation';

/** A server with these conversations, whose pages hold three. */
class Server implements Source {
  all = new Map<string, Conversation>();
  asked: string[] = [];
  broken = false;
  gate: Promise<void> | undefined;

  put(...conversations: Conversation[]) {
    for (const c of conversations) this.all.set(c.id, c);
  }
  async page(view: View, cursor: string) {
    this.asked.push(`page ${view.queue ?? view.q} ${cursor}`);
    const matching = [...this.all.values()]
      .filter((c) => !view.queue || view.queue === 'mentions' || queuesOf(c, me, Date.now()).includes(view.queue))
      .sort(order(view));
    await this.gate;
    if (this.broken) throw new Problem(503, 'unavailable', 'Later.');
    const from = cursor ? matching.findIndex(({ id }) => id === cursor) + 1 : 0;
    const items = matching.slice(from, from + 3);
    return { items, next: from + 3 < matching.length ? items.at(-1)!.id : '' };
  }
  async one(id: string) {
    this.asked.push(`one ${id}`);
    const found = this.all.get(id);
    if (!found) throw new Problem(404, 'not_found', '');
    return found;
  }
  async counts() {
    this.asked.push('counts');
    return { bot: this.all.size };
  }
}

const me = 'usr_ada';
const at = (minute: number) => `2026-11-23T11:${String(minute).padStart(2, '0')}:00Z`;
const one = (n: number, change: Partial<Conversation> = {}) => conversation({ id: `cnv_${n}`, updated_at: at(n), ...change });

let server: Server;
let inbox: Inbox;
const settle = () => vi.advanceTimersByTimeAsync(60);
const ids = (view: View) => inbox.list(view).items.map(({ id }) => id);
const bot: View = { queue: 'bot' };

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-23T12:00:00Z') });
  server = new Server();
  inbox = new Inbox(server);
  inbox.begin(me);
});
afterEach(() => vi.useRealTimers());

describe('a list', () => {
  test('is read page by page, in order', async () => {
    server.put(one(1), one(2), one(3), one(4));
    inbox.open(bot);
    await settle();
    expect(ids(bot)).toEqual(['cnv_4', 'cnv_3', 'cnv_2']);
    expect(inbox.list(bot).more).toBe(true);
    inbox.more(bot);
    await settle();
    expect(ids(bot)).toEqual(['cnv_4', 'cnv_3', 'cnv_2', 'cnv_1']);
    expect(inbox.list(bot).more).toBe(false);
  });

  test('takes in what the socket brings, in its place', async () => {
    server.put(one(1), one(3));
    inbox.open(bot);
    await settle();
    inbox.summary('cnv_2', one(2));
    inbox.summary('cnv_1', one(1, { updated_at: at(9) }));
    await settle();
    expect(ids(bot)).toEqual(['cnv_1', 'cnv_3', 'cnv_2']);
  });

  test('lets go of what has left its queue', async () => {
    server.put(one(1), one(2));
    inbox.open(bot);
    inbox.open({ queue: 'closed' });
    await settle();
    inbox.summary('cnv_2', one(2, { status: 'closed' }));
    await settle();
    expect(ids(bot)).toEqual(['cnv_1']);
    expect(ids({ queue: 'closed' })).toEqual(['cnv_2']);
  });

  test('has no gap: what stands behind its last page is left out until that page is read', async () => {
    server.put(one(11), one(12), one(13), one(14));
    inbox.open(bot);
    await settle();
    inbox.summary('cnv_1', one(1));
    server.put(one(1));
    await settle();
    expect(ids(bot)).toEqual(['cnv_14', 'cnv_13', 'cnv_12']);
    inbox.more(bot);
    await settle();
    expect(ids(bot)).toEqual(['cnv_14', 'cnv_13', 'cnv_12', 'cnv_11', 'cnv_1']);
  });

  test('says that it could not be read, and is read again on request', async () => {
    server.put(one(1));
    server.broken = true;
    inbox.open(bot);
    await settle();
    expect(inbox.list(bot)).toMatchObject({ loaded: false, error: { code: 'unavailable' } });
    server.broken = false;
    inbox.retry(bot);
    await settle();
    expect(ids(bot)).toEqual(['cnv_1']);
  });

  test('of a thousand changes of a moment is drawn once', async () => {
    server.put(one(1));
    inbox.open(bot);
    await settle();
    const drawn = vi.fn();
    inbox.subscribe(drawn);
    for (let n = 0; n < 1000; n++) inbox.summary(`cnv_x${n}`, one(n % 60, { id: `cnv_x${n}` }));
    await vi.advanceTimersByTimeAsync(100);
    expect(drawn).toHaveBeenCalledOnce();
    const shown = inbox.list(bot).items;
    expect(shown).toHaveLength(1001);
    expect([...shown].sort(order(bot))).toEqual(shown);
  });
});

describe('what the socket says', () => {
  test('while a page is on its way is newer than the page', async () => {
    server.put(one(1, { preview: 'old' }));
    inbox.open({ queue: 'team' });
    await settle();
    let open = () => {};
    server.gate = new Promise((resolve) => (open = resolve));
    inbox.open(bot);
    inbox.summary('cnv_1', one(1, { preview: 'new', status: 'waiting' }));
    await settle();
    open();
    await settle();
    expect(inbox.get('cnv_1')?.preview).toBe('new');
    expect(ids(bot)).toEqual([]);
  });

  test('without a summary is read', async () => {
    server.put(one(1));
    inbox.open(bot);
    await settle();
    server.put(one(1, { preview: 'changed' }));
    inbox.summary('cnv_1', undefined);
    await settle();
    expect(inbox.list(bot).items[0]?.preview).toBe('changed');
  });

  test('keeps how far the user has read, which it does not tell', async () => {
    server.put(one(1, { read: 3 }));
    inbox.open(bot);
    await settle();
    inbox.summary('cnv_1', one(1, { seq: 9, read: undefined }));
    await settle();
    expect(inbox.get('cnv_1')).toMatchObject({ seq: 9, read: 3 });
  });

  test('of conversations that nobody looks at is not kept', async () => {
    inbox.summary('cnv_1', one(1, { status: 'closed' }));
    inbox.summary('cnv_2', one(2, { status: 'agent', agent: { id: me, name: 'Ada' } }));
    await settle();
    expect(inbox.get('cnv_1')).toBeUndefined();
    expect(inbox.get('cnv_2')).toBeDefined();
  });
});

describe('after a time away', () => {
  test('what is shown stays until it was read again, and is right then', async () => {
    server.put(one(1), one(2), one(3), one(4), one(5));
    inbox.open(bot);
    await settle();
    inbox.more(bot);
    await settle();
    // Missed: one closed, one gone, one new, one with news.
    server.put(one(5, { status: 'closed' }), one(6), one(1, { updated_at: at(30) }));
    server.all.delete('cnv_3');
    inbox.resync();
    expect(ids(bot)).toHaveLength(5);
    await settle();
    expect(ids(bot)).toEqual(['cnv_1', 'cnv_6', 'cnv_4', 'cnv_2']);
    expect(inbox.get('cnv_3')).toBeUndefined();
  });

  test('a list that cannot be read keeps what it shows', async () => {
    server.put(one(1));
    inbox.open(bot);
    await settle();
    server.broken = true;
    inbox.resync();
    await settle();
    expect(ids(bot)).toEqual(['cnv_1']);
    expect(inbox.list(bot).error).toBeUndefined();
  });

  test('lists that nobody shows are not read', async () => {
    const close = inbox.open(bot);
    await settle();
    close();
    server.asked = [];
    inbox.resync();
    await settle();
    expect(server.asked.filter((what) => what.startsWith('page'))).toEqual([]);
  });
});

test('a snooze ends by the clock, without a word from the server', async () => {
  server.put(one(1, { snoozed_until: '2026-11-23T12:10:00Z' }));
  inbox.open({ queue: 'snoozed' });
  inbox.open(bot);
  await settle();
  expect(ids({ queue: 'snoozed' })).toEqual(['cnv_1']);
  await vi.advanceTimersByTimeAsync(10 * 60_000 + 200);
  expect(ids({ queue: 'snoozed' })).toEqual([]);
  expect(ids(bot)).toEqual(['cnv_1']);
});

test('what is changed here shows at once, and can be taken back unless news came', async () => {
  server.put(one(1), one(2));
  inbox.open(bot);
  await settle();
  const back = inbox.change('cnv_1', { spam: true });
  await settle();
  expect(ids(bot)).toEqual(['cnv_2']);
  back();
  await settle();
  expect(ids(bot)).toEqual(['cnv_2', 'cnv_1']);
  const late = inbox.change('cnv_1', { spam: true });
  inbox.summary('cnv_1', one(1, { spam: true, preview: 'news' }));
  late();
  await settle();
  expect(ids(bot)).toEqual(['cnv_2']);
});

test('a mention comes by its own frame, and goes when the conversation was read', async () => {
  const mentions: View = { queue: 'mentions' };
  inbox.open(mentions);
  await settle();
  server.put(one(1));
  inbox.mentioned('cnv_1');
  await settle();
  expect(ids(mentions)).toEqual(['cnv_1']);
  inbox.read('cnv_1', 4);
  await settle();
  expect(ids(mentions)).toEqual([]);
});

test('counts are asked for once for the changes of a moment', async () => {
  for (let n = 0; n < 50; n++) inbox.summary('cnv_1', one(1, { seq: n }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.asked.filter((what) => what === 'counts')).toHaveLength(1);
});
