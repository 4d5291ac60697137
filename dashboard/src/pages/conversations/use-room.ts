import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { activitiesQuery, notesOf, readsOf } from '../../api/inbox';
import { desk, type Watcher } from '../../live/desk';
import { applyFrame, applyJoined, emptyRoom, expired, type Room, settled, withNotes, withReads } from '../../live/room';

/** What is beside a conversation's log, kept up to date; `beside` is to be given to the watch of the log. */
export function useRoom(conversation: string): { room: Room; beside: Required<Pick<Watcher, 'joined' | 'aside'>>; quiet: (kind: 'visitor' | 'agent') => void } {
  const client = useQueryClient();
  const [room, setRoom] = useState(emptyRoom);
  useEffect(() => setRoom(emptyRoom), [conversation]);

  const read = useCallback(() => {
    let wanted = true;
    const keep = (change: (room: Room) => Room) => wanted && setRoom(change);
    notesOf(conversation).then((notes) => keep((r) => withNotes(r, notes)), () => undefined);
    readsOf(conversation).then((reads) => keep((r) => withReads(r, reads)), () => undefined);
    return () => {
      wanted = false;
    };
  }, [conversation]);

  // After a time away notes may have been missed; they are no events of the log, which would tell a gap.
  useEffect(() => {
    let leave = read();
    const stop = desk.onInbox({
      changed: (id) => {
        if (id === '') {
          leave();
          leave = read();
        }
        if (id === '' || id === conversation) void client.invalidateQueries({ queryKey: activitiesQuery(conversation).queryKey });
      },
    });
    return () => {
      leave();
      stop();
    };
  }, [read, client, conversation]);

  // Typing ends by the clock.
  const next = room.typing.reduce((soonest, { until }) => Math.min(soonest, until), Infinity);
  useEffect(() => {
    if (next === Infinity) return;
    const timer = setTimeout(() => setRoom((r) => expired(r, Date.now())), Math.max(0, next - Date.now()) + 20);
    return () => clearTimeout(timer);
  }, [next]);

  const beside = useMemo(
    () => ({
      joined: (data: Record<string, unknown>) => setRoom((r) => applyJoined(r, data)),
      aside: (frame: Parameters<typeof applyFrame>[1]) => setRoom((r) => applyFrame(r, frame, Date.now())),
    }),
    [],
  );
  const quiet = useCallback((kind: 'visitor' | 'agent') => setRoom((r) => settled(r, kind)), []);
  return { room, beside, quiet };
}
