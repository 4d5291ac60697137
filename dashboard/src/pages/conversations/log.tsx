import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { labelsQuery } from '../../api/inbox';
import { dayName } from '../../i18n/format';
import type { Room } from '../../live/room';
import { firstUnread, lastSeen, type Line } from '../../live/timeline';
import type { Entry, Message } from '../../live/transcript';
import { ActivityLine, NoteView, OutgoingView, TypingView } from './asides';
import css from './conversation.module.css';
import { EntryView } from './entry';

/** How near the end counts as reading along. */
const near = 80;
/** So many lines are shown; whoever wants more asks for it. */
const most = 150;
/** So many are drawn in one go: an answer has formatting, which takes a millisecond or more. */
const atOnce = 10;

interface Props {
  lines: Line[];
  entries: readonly Entry[];
  readBefore: number;
  room: Room;
  me: string;
  bot: string;
  explained?: number; // seq of the answer that is explained beside the log
  explain: (answer: Message, from: HTMLElement) => void;
}

export function Log({ lines, entries, readBefore, room, me, bot, explained, explain }: Props) {
  const { t } = useTranslation();
  const labels = useQuery(labelsQuery).data;
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [wanted, setWanted] = useState(most);
  const drawn = useGrowing(Math.min(wanted, lines.length));
  const typing = room.typing.filter((who) => who.id !== me);

  // Whoever reads the end goes on with it; whoever scrolled up stays there.
  useLayoutEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, drawn, typing.length]);

  const unread = firstUnread(entries, readBefore);
  const seen = lastSeen(entries, room.reads.visitor);
  const shown = lines.slice(-drawn);
  let day = '';
  return (
    <div
      ref={box}
      className={css.log}
      role="log"
      aria-label={t('conversations.transcript')}
      tabIndex={0}
      onScroll={({ currentTarget: at }) => {
        following.current = at.scrollHeight - at.scrollTop - at.clientHeight < near;
      }}
    >
      {lines.length > wanted && (
        <p className={css.earlier}>
          <Button variant="default" size="xs" onClick={() => setWanted(wanted + 4 * most)}>
            {t('inbox.earlierLines')}
          </Button>
        </p>
      )}
      <ol className={css.entries}>
        {shown.map((line) => {
          const today = dayName(new Date(line.at));
          const newDay = today !== day;
          day = today;
          return (
            <li key={line.key} className={css.entry}>
              {newDay && <p className={css.day}>{today}</p>}
              {'entry' in line && line.seq === unread && <p className={css.unread}>{t('inbox.newMessages')}</p>}
              {'entry' in line ? (
                <EntryView entry={line.entry} bot={bot} explained={line.entry.seq === explained} explain={explain} />
              ) : 'note' in line ? (
                <NoteView note={line.note} />
              ) : 'activity' in line ? (
                <ActivityLine activity={line.activity} targets={line.targets} labels={labels} />
              ) : (
                <OutgoingView outgoing={line.outgoing} />
              )}
              {'entry' in line && line.seq === seen && <p className={css.seen}>{t('inbox.seen')}</p>}
            </li>
          );
        })}
      </ol>
      <TypingView typing={typing} />
    </div>
  );
}

/** Comes to a number by steps, each in a frame of its own; what is added to what stands there at the end of it, at once. */
function useGrowing(to: number): number {
  const [now, setNow] = useState({ drawn: Math.min(to, atOnce / 2), to });
  // A line that came is drawn with all that were: it is at the end, where people look.
  const drawn = Math.min(to, to > now.to ? now.drawn + Math.min(to - now.to, atOnce) : now.drawn);
  useEffect(() => {
    if (drawn >= to) return setNow({ drawn, to });
    let timer: ReturnType<typeof setTimeout>;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setNow({ drawn: Math.min(to, drawn + atOnce), to }));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [drawn, to]);
  return drawn;
}
