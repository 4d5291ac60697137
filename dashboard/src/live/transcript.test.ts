import { describe, expect, test } from 'vitest';
import type { WireEvent } from '../api/types';
import { applyDelta, applyEvents, applySnapshot, empty, emptyBehind, type Message, prependEvents } from './transcript';

const at = '2026-11-22T10:00:00.000Z';
const bot = { kind: 'bot' as const, name: 'Helper' };
const visitor = { kind: 'visitor' as const };

function log(...bodies: Omit<WireEvent, 'seq' | 'at'>[]): WireEvent[] {
  return bodies.map((body, i) => ({ seq: i + 1, at, ...body }) as WireEvent);
}

const asked = { type: 'message.created', data: { message: 'm1', author: visitor, text: 'How long?' } } as const;
const started = { type: 'message.started', data: { message: 'm2', author: bot } } as const;
const completed = {
  type: 'message.completed',
  data: { message: 'm2', text: '45 days. [1]', citations: [{ mark: 1, source: 's', title: 'Returns' }] },
} as const;

const messages = (events: WireEvent[]) => applyEvents(empty, events).entries as Message[];

describe('events', () => {
  test('a question and its answer become two messages in order', () => {
    const [question, answer] = messages(log(asked, started, completed));
    expect(question).toMatchObject({ text: 'How long?', author: visitor, state: 'whole' });
    expect(answer).toMatchObject({ text: '45 days. [1]', author: bot, state: 'whole', citations: [{ title: 'Returns' }] });
  });

  test('an event that came before changes nothing', () => {
    const events = log(asked, started, completed);
    const once = applyEvents(empty, events);
    expect(applyEvents(once, events)).toEqual(once);
  });

  test('events behind a gap wait until it is filled', () => {
    const [first, second, third] = log(asked, started, completed) as [WireEvent, WireEvent, WireEvent];
    const gap = applyEvents(empty, [first, third]);
    expect(gap.head).toBe(1);
    expect(applyEvents(gap, [second, third])).toEqual(applyEvents(empty, [first, second, third]));
  });

  test('an answer that died with its node disappears: it is answered anew', () => {
    const entries = messages(
      log(
        asked,
        started,
        { type: 'message.interrupted', data: { message: 'm2', text: '', reason: 'node_lost' } },
        { type: 'message.started', data: { message: 'm3', author: bot, attempt: 2 } },
      ),
    );
    expect(entries.map((e) => e.id)).toEqual(['m1', 'm3']);
  });

  test('an answer that was stopped keeps what was shown, and why', () => {
    const [, answer] = messages(
      log(asked, started, { type: 'message.interrupted', data: { message: 'm2', text: '45', reason: 'takeover' } }),
    );
    expect(answer).toMatchObject({ state: 'interrupted', text: '45', reason: 'takeover' });
  });

  test('a change of status is a notice between the messages', () => {
    const [, notice] = applyEvents(
      empty,
      log(asked, { type: 'status.changed', data: { status: 'agent', agent: { name: 'Mia' } } }),
    ).entries;
    expect(notice).toMatchObject({ kind: 'notice', status: 'agent', agent: 'Mia' });
  });

  test('an answer knows which event ended it, in whatever way', () => {
    expect(messages(log(asked, started))[1]?.ended).toBeUndefined();
    expect(messages(log(asked, started, completed))[1]).toMatchObject({ seq: 2, ended: 3 });
    const failed = { type: 'message.interrupted', data: { message: 'm2', text: '45', reason: 'failed' } } as const;
    expect(messages(log(asked, started, failed))[1]).toMatchObject({ seq: 2, ended: 3, state: 'interrupted', text: '45' });
  });

  test('a verdict is shown at the answer it is about', () => {
    const [question, answer] = messages(
      log(asked, started, completed, { type: 'feedback.given', data: { message: 'm2', helpful: true, comment: 'quick' } }),
    );
    expect(question?.feedback).toBeUndefined();
    expect(answer?.feedback).toEqual({ helpful: true, comment: 'quick' });
  });

  test('erasing blanks a message that was shown, and one that is read blank', () => {
    const announced = messages(log(asked, { type: 'event.erased', data: { target: 1 } }));
    expect(announced).toMatchObject([{ state: 'erased', text: '' }]);
    const stored = messages(
      log({ type: 'message.created', data: { erased: true } }, started, { type: 'message.completed', data: { erased: true } }),
    );
    expect(stored).toMatchObject([
      { state: 'erased', text: '' },
      { state: 'erased', text: '' },
    ]);
  });
});

describe('read from its end', () => {
  const erased = { erased: true } as const;
  const events = log(
    asked,
    started,
    completed,
    { type: 'feedback.given', data: { message: 'm2', helpful: true } },
    { type: 'message.started', data: { message: 'm3', author: bot } },
    { type: 'message.interrupted', data: { message: 'm3', text: '', reason: 'node_lost' } },
    { type: 'message.started', data: { message: 'm4', author: bot, attempt: 2 } },
    { type: 'message.interrupted', data: { message: 'm4', text: 'It', reason: 'stopped' } },
    { type: 'message.started', data: { message: 'm5', author: bot } },
    { type: 'message.completed', data: erased },
    { type: 'message.created', data: { message: 'm6', author: visitor, text: 'Thanks' } },
    { type: 'event.erased', data: { target: 11 } },
    { type: 'status.changed', data: { status: 'closed' } },
  );
  const whole = applyEvents(empty, events);

  test('a log is the same, wherever its pages begin', () => {
    for (let second = 1; second < events.length; second++) {
      for (let first = 0; first <= second; first++) {
        let transcript = applyEvents(emptyBehind(second), events.slice(second));
        expect(transcript).toMatchObject({ base: second, head: events.length });
        transcript = prependEvents(transcript, events.slice(first, second));
        transcript = prependEvents(transcript, events.slice(0, first));
        expect(transcript, `from ${second} and ${first}`).toEqual(whole);
      }
    }
  });

  test('what was read stays as it is, with what was written of an answer since', () => {
    const end = applyDelta(applyEvents(emptyBehind(8), events.slice(8, 9)), 'm5', 0, 'It is');
    const [answer] = end.entries as Message[];
    expect(prependEvents(end, events.slice(0, 8)).entries.at(-1)).toBe(answer);
    expect(answer?.text).toBe('It is');
  });

  test('a page that does not end where it begins changes nothing', () => {
    const end = applyEvents(emptyBehind(4), events.slice(4));
    expect(prependEvents(end, events.slice(0, 3))).toBe(end);
    expect(prependEvents(end, events.slice(0, 5))).toBe(end);
    expect(prependEvents(end, [])).toBe(end);
    expect(prependEvents(whole, events.slice(0, 4))).toBe(whole);
  });
});

describe('deltas', () => {
  const open = applyEvents(empty, log(asked, started));
  const text = (transcript: typeof open) => (transcript.entries[1] as Message).text;

  test('continue where the text ends, counted in bytes', () => {
    let transcript = applyDelta(open, 'm2', 0, 'Größe 👍');
    transcript = applyDelta(transcript, 'm2', 12, ' passt');
    expect(text(transcript)).toBe('Größe 👍 passt');
  });

  test('are left out when they do not fit: repeated, or behind a gap', () => {
    const transcript = applyDelta(open, 'm2', 0, '45');
    expect(text(applyDelta(transcript, 'm2', 0, '45'))).toBe('45');
    expect(text(applyDelta(transcript, 'm2', 7, 'later'))).toBe('45');
  });

  test('go on after a snapshot', () => {
    const transcript = applySnapshot(open, 'm2', '45 da');
    expect(text(applyDelta(transcript, 'm2', 5, 'ys'))).toBe('45 days');
  });

  test('never change an answer that has ended', () => {
    const ended = applyEvents(open, log(asked, started, completed));
    expect(text(applyDelta(ended, 'm2', 12, ' more'))).toBe('45 days. [1]');
    expect(text(applySnapshot(ended, 'm2', 'other'))).toBe('45 days. [1]');
  });
});
