import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { eventsAfter } from '../api/conversations';
import { desk, type Watcher } from './desk';
import { applyDelta, applyEvents, applySnapshot, empty, type Transcript } from './transcript';

const pollEvery = 3000;

export interface Following {
  transcript: Transcript;
  /** The log up to now has been read once. */
  loaded: boolean;
  error: unknown;
  retry: () => void;
}

/**
 * A conversation, kept up to date: its log is read over REST, then followed on
 * the desk, which streams answers as they are written; while the desk is away
 * the log is asked for every few seconds. Where both bring an event, seq tells.
 * `beside` hears what the desk says of the conversation beside its log; it must not change.
 */
export function useTranscript(conversation: string, beside?: Pick<Watcher, 'joined' | 'aside'>): Following {
  const [transcript, setTranscript] = useState(empty);
  const [loaded, setLoaded] = useState(false);
  const [error, setError] = useState<unknown>();
  const live = useSyncExternalStore(desk.onConnection, desk.seemingly) === 'live';
  // What was applied last, for callbacks that come between two renders.
  const held = useRef(empty);
  const change = useCallback((next: Transcript) => {
    if (next === held.current) return;
    held.current = next;
    setTranscript(next);
  }, []);

  const catchUp = useCallback(
    async (stillWanted: () => boolean) => {
      try {
        for (let more = true; more && stillWanted(); ) {
          const before = held.current.head;
          const page = await eventsAfter(conversation, before);
          if (!stillWanted()) return;
          change(applyEvents(held.current, page.events));
          more = page.more && held.current.head > before;
        }
        setError(undefined);
        setLoaded(true);
      } catch (failure) {
        if (stillWanted()) setError(failure);
      }
    },
    [conversation, change],
  );

  // Another conversation starts from nothing.
  useEffect(() => {
    change(empty);
    setLoaded(false);
    setError(undefined);
  }, [conversation, change]);

  useEffect(() => {
    let wanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let leave: (() => void) | undefined;
    const stillWanted = () => wanted;

    const poll = async () => {
      await catchUp(stillWanted);
      if (wanted) timer = setTimeout(() => void poll(), pollEvery);
    };
    const follow = async () => {
      await catchUp(stillWanted);
      if (!wanted) return;
      leave = desk.watch(conversation, {
        head: () => held.current.head,
        reset: () => change(empty),
        event: (event) => {
          if (event.seq > held.current.head + 1) return desk.resume(conversation);
          change(applyEvents(held.current, [event]));
        },
        delta: (message, index, text) => change(applyDelta(held.current, message, index, text)),
        snapshot: (message, text) => change(applySnapshot(held.current, message, text)),
        ...beside,
      });
    };
    void (live ? follow() : poll());
    return () => {
      wanted = false;
      clearTimeout(timer);
      leave?.();
    };
  }, [conversation, live, catchUp, change, beside]);

  const retry = useCallback(() => void catchUp(() => true), [catchUp]);
  return { transcript, loaded, error, retry };
}
