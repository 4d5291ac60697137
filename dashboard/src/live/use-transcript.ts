import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { beforePage, eventsAfter, eventsThrough } from '../api/conversations';
import { desk, type Watcher } from './desk';
import { applyDelta, applyEvents, applySnapshot, empty, emptyBehind, prependEvents, type Transcript } from './transcript';

const pollEvery = 3000;

export interface Following {
  transcript: Transcript;
  /** The log's last page has been read once. */
  loaded: boolean;
  error: unknown;
  retry: () => void;
  earlier: Earlier;
}

/** What was before the transcript begins. */
export interface Earlier {
  left: boolean; // there is more
  reading: boolean;
  error: unknown;
  /** Reads one page more, if there is one and none is being read. */
  read: () => void;
}

/**
 * A conversation, kept up to date: the last page of its log is read over REST,
 * then it is followed on the desk, which streams answers as they are written; while
 * the desk is away the log is asked for every few seconds. Where both bring an
 * event, seq tells. What was earlier is read page by page, backwards, when it is asked for.
 * `end` is the last seq that is known at first. `beside` hears what the desk says of the
 * conversation beside its log; neither it nor the conversation may change.
 */
export function useTranscript(conversation: string, end: number, beside?: Pick<Watcher, 'joined' | 'aside'>): Following {
  const [transcript, setTranscript] = useState(() => emptyBehind(beforePage(end)));
  const [loaded, setLoaded] = useState(false);
  const [error, setError] = useState<unknown>();
  const live = useSyncExternalStore(desk.onConnection, desk.seemingly) === 'live';
  // What was applied last, for callbacks that come between two renders.
  const held = useRef(transcript);
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
  const earlier = useEarlier(conversation, held, change);
  return { transcript, loaded, error, retry, earlier: { ...earlier, left: transcript.base > 0 } };
}

function useEarlier(conversation: string, held: { readonly current: Transcript }, change: (next: Transcript) => void): Omit<Earlier, 'left'> {
  const [state, setState] = useState<{ reading: boolean; error?: unknown }>({ reading: false });
  const busy = useRef(false);
  const read = useCallback(async () => {
    const { base } = held.current;
    if (base === 0 || busy.current) return;
    busy.current = true;
    setState({ reading: true });
    try {
      const page = await eventsThrough(conversation, base);
      change(prependEvents(held.current, page)); // what is held by now
      setState({ reading: false });
    } catch (error) {
      setState({ reading: false, error });
    } finally {
      busy.current = false;
    }
  }, [conversation, held, change]);
  return { reading: state.reading, error: state.error, read: useCallback(() => void read(), [read]) };
}
