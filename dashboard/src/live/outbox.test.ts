import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refusal } from './desk';
import { Outbox, type Outgoing } from './outbox';

let carried: Outgoing[];
/** What becomes of the next ones; then they arrive. */
let fate: (Refusal | 'held')[];
let release: (() => void)[];

function outbox() {
  const box = new Outbox((message) => {
    carried.push(message);
    const next = fate.shift();
    if (next === 'held') return new Promise((resolve) => release.push(resolve));
    return next ? Promise.reject(next) : Promise.resolve();
  });
  box.begin('usr_1');
  return box;
}

const texts = () => carried.map(({ text }) => text);
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  carried = [];
  fate = [];
  release = [];
});
afterEach(() => vi.useRealTimers());

test('what the server has taken is forgotten', async () => {
  const box = outbox();
  box.send('cnv_1', 'reply', 'Hello');
  expect(localStorage).toHaveLength(1);
  await settle();
  expect(box.all()).toEqual([]);
  expect(localStorage).toHaveLength(0);
});

test('of one conversation one is on its way at a time; others do not wait for it', async () => {
  const box = outbox();
  fate = ['held'];
  box.send('cnv_1', 'reply', 'first');
  box.send('cnv_1', 'reply', 'second');
  box.send('cnv_2', 'reply', 'elsewhere');
  await settle();
  expect(texts()).toEqual(['first', 'elsewhere']);
  release[0]!();
  await settle();
  expect(texts()).toEqual(['first', 'elsewhere', 'second']);
});

test('while the desk is away it is kept, and sent again under the same id', async () => {
  const box = outbox();
  fate = [new Refusal('away', ''), new Refusal('away', '')];
  box.send('cnv_1', 'reply', 'Hello');
  await settle();
  expect(box.all()).toMatchObject([{ text: 'Hello' }]);
  expect(box.all()[0]?.failed).toBeUndefined();
  box.flush();
  await settle();
  box.flush();
  await settle();
  expect(new Set(carried.map(({ id }) => id)).size).toBe(1);
  expect(carried).toHaveLength(3);
  expect(box.all()).toEqual([]);
});

test('without a word that the way is open it is tried again, with growing pauses', async () => {
  const box = outbox();
  fate = [new Refusal('unavailable', ''), new Refusal('unavailable', '')];
  box.send('cnv_1', 'reply', 'Hello');
  await vi.advanceTimersByTimeAsync(1000);
  expect(carried).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(carried).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(carried).toHaveLength(3);
});

test('a server that names a time is asked then', async () => {
  const box = outbox();
  fate = [new Refusal('rate_limited', 'Slower.', 5)];
  box.send('cnv_1', 'reply', 'Hello');
  await vi.advanceTimersByTimeAsync(4900);
  expect(carried).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(carried).toHaveLength(2);
});

test('what is refused says why, holds back nothing, and can be tried again or dropped', async () => {
  const box = outbox();
  fate = [new Refusal('not_yours', 'Ben has this conversation.')];
  box.send('cnv_1', 'reply', 'refused');
  box.send('cnv_1', 'reply', 'next');
  await settle();
  expect(texts()).toEqual(['refused', 'next']);
  expect(box.all()).toMatchObject([{ text: 'refused', failed: 'Ben has this conversation.' }]);
  const [{ id }] = box.all() as [Outgoing];
  fate = [new Refusal('not_yours', 'Still.')];
  box.retry(id);
  await settle();
  expect(carried.at(-1)).toMatchObject({ id, text: 'refused' });
  box.discard(id);
  expect(box.all()).toEqual([]);
  expect(localStorage).toHaveLength(0);
});

test('a browser that was closed in between takes it up again, in order; of this user only', async () => {
  const first = outbox();
  fate = ['held', 'held'];
  vi.setSystemTime(1000);
  first.send('cnv_1', 'reply', 'one');
  vi.setSystemTime(2000);
  first.send('cnv_2', 'note', 'two', ['usr_2']);
  carried = [];
  const other = new Outbox(() => Promise.resolve());
  other.begin('usr_2');
  expect(other.all()).toEqual([]);
  const again = outbox();
  await settle();
  expect(texts()).toEqual(['one', 'two']);
  expect(carried[1]).toMatchObject({ kind: 'note', mentions: ['usr_2'] });
  expect(again.all()).toEqual([]);
});

test('a message that is in the log has arrived, whatever became of its acknowledgement', async () => {
  const box = outbox();
  fate = ['held'];
  const { id } = box.send('cnv_1', 'reply', 'Hello');
  box.arrived(id);
  expect(box.all()).toEqual([]);
});

test('what lies in the browser and is no message is passed over', () => {
  localStorage.setItem('parley.outbox.usr_1.x', '{');
  localStorage.setItem('parley.outbox.usr_1.y', '{"a":1}');
  expect(outbox().all()).toEqual([]);
});
