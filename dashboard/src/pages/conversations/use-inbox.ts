import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
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

/** One conversation's summary, kept current while it is shown, or why it could not be read. */
export function useSummary(id: string): { summary?: Conversation; error: unknown; retry: () => void } {
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    inbox.pin(id).catch(setError);
    return () => inbox.unpin(id);
  }, [id]);
  const retry = useCallback(() => void inbox.refresh(id).then(() => setError(undefined), setError), [id]);
  return { summary: useSyncExternalStore(inbox.subscribe, () => inbox.get(id)), error, retry };
}
