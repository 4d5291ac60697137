import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Desk, pauseAfter, pauseBefore, type Watcher } from './desk';

/** The frames that the server's own tests hold it to. */
function golden(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(resolve('../transport/wire/testdata', `${name}.json`), 'utf8')) as Record<string, unknown>;
}

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!;
  }
  readyState = 0;
  sent: { id: string; type: string; data?: Record<string, unknown> }[] = [];
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: (closed: { code: number }) => void;
  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as FakeSocket['sent'][number]);
  }
  close(code = 1005) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  /** Answers the last frame of a type. */
  answer(type: string, frame: object) {
    const ref = this.sent.findLast((sent) => sent.type === type)?.id;
    this.say({ ...frame, ref });
  }
  welcome() {
    this.open();
    this.answer('desk.open', golden('server/desk.ready'));
  }
}

function watcher(head = 0) {
  return {
    head: () => head,
    reset: vi.fn<Watcher['reset']>(),
    event: vi.fn<Watcher['event']>(),
    delta: vi.fn<Watcher['delta']>(),
    snapshot: vi.fn<Watcher['snapshot']>(),
  };
}

const types = (socket: FakeSocket) => socket.sent.map((frame) => frame.type);

let desk: Desk;
let refused: ReturnType<typeof vi.fn<() => void>>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  FakeSocket.all = [];
  refused = vi.fn();
  desk = new Desk(() => 'ws://here/api/v1/socket', refused);
});

afterEach(() => {
  desk.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('opening', () => {
  test('asks for parley.v1, and is live once the desk is ready', () => {
    desk.start();
    expect(FakeSocket.last.protocol).toBe('parley.v1');
    expect(desk.state()).toBe('away');
    FakeSocket.last.welcome();
    expect(desk.state()).toBe('live');
  });

  test('a refusal leaves the desk away, tells so, and is tried again', () => {
    desk.start();
    FakeSocket.last.open();
    FakeSocket.last.answer('desk.open', golden('server/error'));
    expect(refused).toHaveBeenCalledOnce();
    expect(desk.state()).toBe('away');
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(2);
  });
});

describe('reconnecting', () => {
  test('comes back after a cut, with pauses that grow and never pass half a minute', () => {
    expect([0, 1, 2, 3, 20].map((n) => pauseBefore(n, 1))).toEqual([500, 1000, 2000, 4000, 30_000]);
    expect(pauseBefore(20, 0)).toBe(15_000);
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.close(1006);
    expect(desk.state()).toBe('away');
    vi.advanceTimersByTime(500);
    FakeSocket.last.welcome();
    expect(FakeSocket.all).toHaveLength(2);
    expect(desk.state()).toBe('live');
  });

  test('comes back at once where it is sent away, spread over the time that the server said', () => {
    expect([4002, 4003].map((code) => pauseAfter(code, 0, undefined, 0.5))).toEqual([250, 250]);
    expect(pauseAfter(4002, 0, 3000, 0.5)).toBe(1500);
    expect(pauseAfter(4002, 1, 3000, 1)).toBe(pauseBefore(1, 1));
    expect(pauseAfter(1006, 0, 3000, 1)).toBe(pauseBefore(0, 1));
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.say(golden('server/draining')); // two seconds
    expect(desk.state()).toBe('live');
    FakeSocket.last.close(4002);
    vi.advanceTimersByTime(1900);
    expect(FakeSocket.all).toHaveLength(1);
    vi.advanceTimersByTime(100);
    FakeSocket.last.welcome();
    FakeSocket.last.close(4002); // said nothing
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(3);
    vi.restoreAllMocks();
  });

  test('renews the sign-in where the server says that it is not good any more, and comes back', () => {
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.close(4506);
    expect(refused).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test('is not noticed by people unless it takes longer than a blink', () => {
    expect(desk.seemingly()).toBe('away');
    desk.start();
    expect([desk.state(), desk.seemingly()]).toEqual(['away', 'live']);
    FakeSocket.last.welcome();
    const heard = vi.fn();
    desk.onConnection(heard);
    FakeSocket.last.close(4002);
    expect([desk.state(), desk.seemingly()]).toEqual(['away', 'live']);
    vi.advanceTimersByTime(500);
    FakeSocket.last.welcome();
    vi.advanceTimersByTime(5000);
    expect(desk.seemingly()).toBe('live');
    FakeSocket.last.close(1006);
    vi.advanceTimersByTime(1999);
    expect(desk.seemingly()).toBe('live');
    heard.mockClear();
    vi.advanceTimersByTime(1);
    expect(desk.seemingly()).toBe('away');
    expect(heard).toHaveBeenCalled();
    FakeSocket.last.close(4503);
    desk.stop();
    desk.start();
    FakeSocket.last.close(4503); // it will not come back
    expect(desk.seemingly()).toBe('away');
  });

  test('watches again from where each watcher is', () => {
    desk.start();
    FakeSocket.last.welcome();
    desk.watch('cnv_1', watcher(41));
    FakeSocket.last.close(4002);
    vi.advanceTimersByTime(500);
    FakeSocket.last.welcome();
    expect(FakeSocket.last.sent.at(-1)).toMatchObject({
      type: 'conversation.watch',
      data: { conversation: 'cnv_1', after: 41 },
    });
  });

  test('stops where the server says that trying again is of no use', () => {
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.close(4503);
    vi.advanceTimersByTime(600_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test('a peer that is silent for too long is asked, then left', () => {
    desk.start();
    FakeSocket.last.welcome();
    vi.advanceTimersByTime(25_000);
    expect(types(FakeSocket.last)).toContain('ping');
    FakeSocket.last.say(golden('server/pong'));
    vi.advanceTimersByTime(20_000);
    expect(desk.state()).toBe('live');
    vi.advanceTimersByTime(15_000);
    expect(desk.state()).toBe('away');
  });

  test('a ping is answered', () => {
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.say(golden('server/ping'));
    expect(types(FakeSocket.last)).toContain('pong');
  });
});

describe('watching', () => {
  test('sends the frames that the server knows', () => {
    desk.start();
    FakeSocket.last.welcome();
    const stop = desk.watch('cnv_1', watcher());
    stop();
    expect(types(FakeSocket.last)).toEqual([
      golden('client/desk.open').type,
      golden('client/conversation.watch').type,
      golden('client/conversation.unwatch').type,
    ]);
  });

  test('brings a conversation its own deltas, and nobody else theirs', () => {
    desk.start();
    FakeSocket.last.welcome();
    const delta = golden('server/delta.watched') as { conversation: string; data: { message: string; index: number; text: string } };
    const [own, other] = [watcher(), watcher()];
    desk.watch(delta.conversation, own);
    desk.watch('cnv_other', other);
    FakeSocket.last.say(delta);
    expect(own.delta).toHaveBeenCalledWith(delta.data.message, delta.data.index, delta.data.text);
    expect(other.delta).not.toHaveBeenCalled();
  });

  test('tells a watcher whose log is another to forget what it holds', () => {
    desk.start();
    FakeSocket.last.welcome();
    const own = watcher(99);
    desk.watch('cnv_1', own);
    FakeSocket.last.answer('conversation.watch', { type: 'ack', data: { conversation: 'cnv_1', recovered: false } });
    expect(own.reset).toHaveBeenCalledOnce();
  });

  test('frames that are not ours are passed over', () => {
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.onmessage?.({ data: '{' });
    FakeSocket.last.say({ type: 'something.new' });
    expect(desk.state()).toBe('live');
  });
});

describe('the inbox', () => {
  test('is told of each change with its summary, and after a time away of any', () => {
    const heard: [string, string | undefined][] = [];
    desk.onInbox({ changed: (conversation, summary) => heard.push([conversation, summary?.preview]) });
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.say(golden('server/inbox.changed'));
    FakeSocket.last.say(golden('server/inbox.changed.unread'));
    expect(heard).toEqual([
      ['', undefined],
      ['cnv_1', 'Where is my <order>?'],
      ['cnv_1', undefined],
    ]);
  });

  test('is told of a note that names the user', () => {
    const mentioned = vi.fn();
    desk.onInbox({ changed: () => undefined, mentioned });
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.say(golden('server/mention.added'));
    expect(mentioned).toHaveBeenCalledWith('cnv_1', expect.objectContaining({ id: 'not_1' }));
  });
});

describe('who is on duty', () => {
  test('is known from the beginning, and kept', () => {
    desk.start();
    FakeSocket.last.welcome();
    expect(desk.duty()).toMatchObject({ user: 'usr_1', available: true, agents: [{ name: 'Ada' }, { name: 'Bo', available: false }] });
    FakeSocket.last.say(golden('server/presence.changed'));
    expect(desk.duty().agents).toEqual([{ id: 'usr_2', name: 'Bo', available: true }]);
  });

  test('changes once the server has said so', async () => {
    desk.start();
    FakeSocket.last.welcome();
    const done = desk.setAvailable(false);
    expect(FakeSocket.last.sent.at(-1)).toMatchObject({ type: golden('client/presence.set').type, data: { available: false } });
    expect(desk.duty().available).toBe(true);
    FakeSocket.last.answer('presence.set', golden('server/ack'));
    await done;
    expect(desk.duty().available).toBe(false);
  });
});

describe('asking', () => {
  test('brings the answer, or why not', async () => {
    desk.start();
    FakeSocket.last.welcome();
    const note = desk.ask('note.add', { conversation: 'cnv_1' });
    FakeSocket.last.answer('note.add', golden('server/ack.note'));
    expect(await note).toMatchObject({ note: { id: 'not_1' } });
    const slow = desk.ask('message.send', { conversation: 'cnv_1' });
    FakeSocket.last.answer('message.send', golden('server/error.limited'));
    await expect(slow).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 30 });
  });

  test.each([
    ['when the desk is away', () => undefined],
    ['when the connection ends first', () => FakeSocket.last.close(1006)],
    ['when no answer comes', () => vi.advanceTimersByTime(15_000)],
  ])('is refused as "away" %s', async (when, happen) => {
    desk.start();
    if (when !== 'when the desk is away') FakeSocket.last.welcome();
    const asked = desk.ask('message.send', { conversation: 'cnv_1' });
    happen();
    await expect(asked).rejects.toMatchObject({ code: 'away' });
  });

  test('goes on at once when the network is back', () => {
    desk.start();
    FakeSocket.last.welcome();
    FakeSocket.last.close(1006);
    desk.wake();
    expect(FakeSocket.all).toHaveLength(2);
    desk.wake();
    expect(FakeSocket.all).toHaveLength(2);
  });
});

test('what happens beside a log reaches its watcher', () => {
  desk.start();
  FakeSocket.last.welcome();
  const own = { ...watcher(), joined: vi.fn(), aside: vi.fn() };
  desk.watch('cnv_1', own);
  FakeSocket.last.answer('conversation.watch', golden('server/ack.watch'));
  expect(own.joined).toHaveBeenCalledWith(expect.objectContaining({ here: expect.objectContaining({ visitor: true }) as unknown }));
  for (const name of ['note.added', 'here.changed', 'read.visitor', 'queue.watched', 'visitor.blocked']) FakeSocket.last.say(golden(`server/${name}`));
  expect(own.aside).toHaveBeenCalledTimes(5);
  expect(own.event).not.toHaveBeenCalled();
});
