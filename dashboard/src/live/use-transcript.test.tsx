import { act, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WireEvent } from '../api/types';
import { desk, type Watcher } from './desk';
import type { Message } from './transcript';
import { useTranscript } from './use-transcript';

const event = (seq: number): WireEvent => ({
  type: 'message.created', seq, at: '2026-11-23T10:00:00.000Z', data: { message: `m${seq}`, author: { kind: 'visitor' }, text: `${seq}` },
}) as WireEvent;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The server: a log, what was asked of it, and who watches. */
let log: WireEvent[];
let asked: string[];
let fail: boolean;
let watcher: Watcher | undefined;

beforeEach(() => {
  log = numbers(1, 450).map(event);
  asked = [];
  fail = false;
  watcher = undefined;
  vi.spyOn(desk, 'seemingly').mockReturnValue('live');
  vi.spyOn(desk, 'watch').mockImplementation((_, follower) => {
    watcher = follower;
    return () => (watcher = undefined);
  });
  vi.stubGlobal('fetch', async (request: Request) => {
    const { searchParams } = new URL(request.url);
    const [after, limit] = [Number(searchParams.get('after')), Number(searchParams.get('limit'))];
    asked.push(`${limit} after ${after}`);
    if (fail) return Response.json({ code: 'unavailable', title: 'Away.' }, { status: 503 });
    const items = log.slice(after, after + limit);
    return Response.json({ items, next: items.length === limit ? String(after + limit) : '' });
  });
});
afterEach(() => vi.unstubAllGlobals());

async function open(end: number) {
  const { result } = renderHook(() => useTranscript('cnv_1', end));
  await waitFor(() => expect(result.current.loaded).toBe(true));
  await waitFor(() => expect(watcher).toBeDefined());
  const earlier = async () => {
    act(() => result.current.earlier.read());
    await waitFor(() => expect(result.current.earlier.reading).toBe(false));
  };
  return { result, earlier, shown: () => result.current.transcript.entries.map((entry) => Number((entry as Message).text)) };
}

test('a conversation opens with its last page; what was earlier is read backwards, when it is asked for', async () => {
  const { result, earlier, shown } = await open(448); // two more were written since the list was
  expect(asked[0]).toBe('200 after 248');
  expect(shown()).toEqual(numbers(249, 450));
  expect(watcher?.head()).toBe(450);
  await earlier();
  expect(shown()).toEqual(numbers(49, 450));
  await earlier();
  expect(asked.slice(-2)).toEqual(['200 after 48', '48 after 0']);
  expect(shown()).toEqual(numbers(1, 450));
  expect(result.current.earlier.left).toBe(false);
  const before = asked.length;
  await earlier();
  expect(asked.length).toBe(before);
});

test('a short one is read whole', async () => {
  log = log.slice(0, 20);
  const { result, shown } = await open(20);
  expect(shown()).toEqual(numbers(1, 20));
  expect(result.current.earlier.left).toBe(false);
});

test('what happens while an earlier page is on its way is at the end, once', async () => {
  const { result, shown } = await open(450);
  act(() => {
    result.current.earlier.read();
    result.current.earlier.read(); // whoever scrolls asks often
    watcher?.event(event(451));
  });
  await waitFor(() => expect(result.current.earlier.reading).toBe(false));
  expect(shown()).toEqual(numbers(51, 451));
  expect(asked.filter((page) => page === '200 after 50')).toHaveLength(1);
});

test('an earlier page of a log that was begun anew meanwhile is dropped', async () => {
  const { result, shown } = await open(450);
  act(() => {
    result.current.earlier.read();
    watcher?.reset();
    for (const seq of [1, 2, 3]) watcher?.event(event(seq));
  });
  await waitFor(() => expect(result.current.earlier.reading).toBe(false));
  expect(shown()).toEqual([1, 2, 3]);
});

test('where an earlier page cannot be read the rest stays, and it can be tried again', async () => {
  const { result, earlier, shown } = await open(450);
  fail = true;
  await earlier();
  expect(result.current.earlier).toMatchObject({ left: true, error: { code: 'unavailable' } });
  expect(result.current.error).toBeUndefined();
  expect(shown()).toEqual(numbers(251, 450));
  fail = false;
  await earlier();
  expect(result.current.earlier.error).toBeUndefined();
  expect(shown()).toEqual(numbers(51, 450));
});
