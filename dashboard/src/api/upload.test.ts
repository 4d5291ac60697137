import { describe, expect, test, vi } from 'vitest';
import { Problem } from './problem';
import { type sendFile, Uploads } from './upload';

const file = (name: string) => new File(['content'], name);

/** Uploads whose sending the test ends by hand. */
function setup() {
  const sending = new Map<string, { done: () => void; fail: (error: unknown) => void; progress: (sent: number) => void }>();
  const send: typeof sendFile = (_bot, { name }, progress, signal) =>
    new Promise((done, fail) => {
      sending.set(name, { done, fail, progress });
      signal.addEventListener('abort', () => fail(new DOMException('stopped', 'AbortError')));
    });
  const uploads = new Uploads(send);
  const states = () => Object.fromEntries(uploads.all().map(({ name, state }) => [name, state]));
  return { uploads, sending, states };
}

describe('uploads', () => {
  test('send two files at a time, and the next when one has arrived', async () => {
    const { uploads, sending, states } = setup();
    uploads.add('bot_1', ['a', 'b', 'c'].map(file));
    expect(states()).toEqual({ a: 'sending', b: 'sending', c: 'waiting' });
    sending.get('a')!.done();
    await vi.waitFor(() => expect(states()).toEqual({ b: 'sending', c: 'sending' }));
  });

  test('tell how far each file is', () => {
    const { uploads, sending } = setup();
    uploads.add('bot_1', ['a', 'b'].map(file));
    sending.get('b')!.progress(3);
    expect(uploads.all().map(({ sent }) => sent)).toEqual([0, 3]);
  });

  test('tell whose sources have changed when a file has arrived', async () => {
    const { uploads, sending } = setup();
    const arrival = vi.fn();
    uploads.onArrival = arrival;
    uploads.add('bot_1', [file('a')]);
    sending.get('a')!.done();
    await vi.waitFor(() => expect(arrival).toHaveBeenCalledWith('bot_1'));
    expect(uploads.busy).toBe(false);
  });

  test('keep a file that was refused, with the reason, until it is sent again', async () => {
    const { uploads, sending, states } = setup();
    uploads.add('bot_1', [file('a')]);
    sending.get('a')!.fail(new Problem(503, 'unavailable', 'Try later.'));
    await vi.waitFor(() => expect(states()).toEqual({ a: 'failed' }));
    expect(uploads.all()[0]?.problem?.message).toBe('Try later.');
    uploads.retry(uploads.all()[0]!.id);
    expect(states()).toEqual({ a: 'sending' });
    expect(uploads.all()[0]?.problem).toBeUndefined();
  });

  test('one that is stopped makes room for the next', async () => {
    const { uploads, states } = setup();
    uploads.add('bot_1', ['a', 'b', 'c'].map(file));
    uploads.remove(uploads.all()[0]!.id);
    await vi.waitFor(() => expect(states()).toEqual({ b: 'sending', c: 'sending' }));
  });
});
