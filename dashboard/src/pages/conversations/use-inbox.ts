import { useEffect, useSyncExternalStore } from 'react';
import type { Conversation } from '../../api/types';
import { keyOf, type ListState } from '../../live/inbox';
import type { View } from '../../live/queues';
import { inbox } from '../../live/store';

/** A list of the inbox, kept current while it is shown. */
export function useList(view: View): ListState {
  const key = keyOf(view);
  useEffect(() => inbox.open(view), [key]); // the key is the view
  return useSyncExternalStore(inbox.subscribe, () => inbox.list(view));
}

export function useCounts() {
  return useSyncExternalStore(inbox.subscribe, inbox.counts);
}

/** One conversation's summary, kept current while it is shown. */
export function useSummary(id: string): Conversation | undefined {
  useEffect(() => {
    void inbox.pin(id).catch(() => undefined); // the transcript says why there is none
    return () => inbox.unpin(id);
  }, [id]);
  return useSyncExternalStore(inbox.subscribe, () => inbox.get(id));
}
