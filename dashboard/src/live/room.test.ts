import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Frame } from './desk';
import { applyFrame, applyJoined, emptyRoom, expired, settled, typingFor, withNotes, withReads } from './room';

/** The frames that the server's own tests hold it to. */
function golden(name: string): Frame {
  return JSON.parse(readFileSync(resolve('../transport/wire/testdata/server', `${name}.json`), 'utf8')) as Frame;
}

describe('the frames of the server', () => {
  test('tell who is here, at the beginning and later', () => {
    const joined = applyJoined(emptyRoom, golden('ack.watch').data!);
    expect(joined).toMatchObject({ visitor: true, page: 'https://shop.example/cart', agents: [{ name: 'Ada' }], position: 1, absence: 'nobody' });
    const left = applyFrame(joined, golden('here.changed'), 0);
    expect(left).toMatchObject({ visitor: false, page: 'https://shop.example/cart', agents: [{ name: 'Ada' }, { name: 'Bo' }] });
  });

  test('tell how far the visitor and each agent have read', () => {
    const room = applyFrame(applyFrame(emptyRoom, golden('read.visitor'), 0), golden('read.watched'), 0);
    expect(room.reads).toEqual({ visitor: 46, agents: { usr_1: 45 } });
  });

  test('bring notes, each once', () => {
    const once = applyFrame(emptyRoom, golden('note.added'), 0);
    expect(applyFrame(once, golden('note.added'), 0).notes).toEqual(once.notes);
    expect(once.notes).toMatchObject([{ id: 'not_1', text: 'Ask @Bo "first"' }]);
  });

  test('tell that the visitor was blocked, and that the line moved', () => {
    expect(applyFrame(emptyRoom, golden('visitor.blocked'), 0).blocked).toBe(true);
    expect(applyFrame(emptyRoom, golden('queue.watched'), 0)).toMatchObject({ position: 1, absence: 'hours' });
  });
});

describe('who types', () => {
  const typing = (data: object): Frame => ({ type: 'typing', conversation: 'cnv_1', data: data as Record<string, unknown> });
  const visitor = { author: { kind: 'visitor' }, text: 'Where is my' };

  test('is shown until they have stopped for a while', () => {
    const room = applyFrame(emptyRoom, typing(visitor), 1000);
    expect(room.typing).toMatchObject([{ kind: 'visitor', text: 'Where is my' }]);
    expect(expired(room, 1000 + typingFor - 1)).toBe(room);
    expect(expired(room, 1000 + typingFor).typing).toEqual([]);
  });

  test('is shown once, with the latest words', () => {
    const room = applyFrame(applyFrame(emptyRoom, typing(visitor), 0), typing({ ...visitor, text: 'Where is my order' }), 1);
    expect(room.typing).toMatchObject([{ text: 'Where is my order' }]);
  });

  test('and empties the field, or sends, types no more', () => {
    const room = applyFrame(emptyRoom, typing(visitor), 0);
    expect(applyFrame(room, typing({ ...visitor, text: '' }), 1).typing).toEqual([]);
    expect(settled(room, 'visitor').typing).toEqual([]);
    expect(settled(room, 'agent')).toBe(room);
  });
});

test('read marks never go back', () => {
  const room = withReads(emptyRoom, { visitor: 9, agents: { a: 7 } });
  expect(withReads(room, { visitor: 3, agents: { a: 5, b: 1 } }).reads).toEqual({ visitor: 9, agents: { a: 7, b: 1 } });
});

test('notes stand in the order of what they are about', () => {
  const note = (id: string, seq: number, at: string) => ({ id, seq, at, author: { id: 'usr_1', name: 'Ada' }, text: '', mentions: [] });
  const room = withNotes(emptyRoom, [note('c', 5, '2026-01-01T00:00:02Z'), note('a', 2, '2026-01-01T00:00:09Z'), note('b', 5, '2026-01-01T00:00:01Z')]);
  expect(room.notes.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});
