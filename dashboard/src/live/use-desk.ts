import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { conversationsChanged } from '../api/conversations';
import { desk } from './desk';

/** Announcements come in bursts (a busy inbox, an answer's start and end): one request for all of a moment. */
const gather = 250;

/** Keeps lists of conversations fresh. False while the desk is away: then ask every few seconds instead. */
export function useLiveInbox(): boolean {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = desk.onInbox({
      changed: () => {
        timer ??= setTimeout(() => {
          timer = undefined;
          void conversationsChanged(client);
        }, gather);
      },
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [client]);
  return useSyncExternalStore(desk.onConnection, desk.state) === 'live';
}
