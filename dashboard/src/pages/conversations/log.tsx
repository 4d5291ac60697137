import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { labelsQuery } from '../../api/inbox';
import { dayName } from '../../i18n/format';
import type { Room } from '../../live/room';
import { firstUnread, lastSeen, type Line } from '../../live/timeline';
import type { Message, Transcript } from '../../live/transcript';
import type { Earlier } from '../../live/use-transcript';
import { Failure } from '../../parts/states';
import { ActivityLine, NoteView, OutgoingView, TypingView } from './asides';
import css from './conversation.module.css';
import { EntryView } from './entry';
import { usePlace } from './use-place';

/** So many are drawn in one go: an answer has formatting, which takes a millisecond or more. */
const atOnce = 10;

interface Props {
  lines: Line[];
  transcript: Transcript;
  earlier: Earlier;
  readBefore: number;
  room: Room;
  me: string;
  bot: string;
  explained?: number; // seq of the answer that is explained beside the log
  explain: (answer: Message, from: HTMLElement) => void;
}

export function Log({ lines, transcript, earlier, readBefore, room, me, bot, explained, explain }: Props) {
  const { t } = useTranslation();
  const labels = useQuery(labelsQuery).data;
  const box = useRef<HTMLDivElement>(null);
  const scrolled = usePlace(box);
  const drawn = useGrowing(lines.length);
  const typing = room.typing.filter((who) => who.id !== me);

  const unread = firstUnread(transcript, readBefore);
  const seen = lastSeen(transcript.entries, room.reads.visitor);
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
        scrolled(at);
        // A view ahead, so that whoever scrolls on does not come to an end; not by itself where that failed.
        if (at.scrollTop < at.clientHeight && drawn === lines.length && earlier.error === undefined) earlier.read();
      }}
    >
      {earlier.error !== undefined ? (
        <div className={css.padded}>
          <Failure error={earlier.error} retry={earlier.read} />
        </div>
      ) : (
        earlier.left && (
          <p className={css.earlier}>
            <Button variant="default" size="xs" loading={earlier.reading} onClick={earlier.read}>
              {t('inbox.earlierLines')}
            </Button>
          </p>
        )
      )}
      <ol className={css.entries}>
        {shown.map((line) => {
          const today = dayName(new Date(line.at));
          const newDay = today !== day;
          day = today;
          return (
            <Fragment key={line.key}>
              {newDay && <li className={css.day}>{today}</li>}
              {'entry' in line && line.seq === unread && <li className={css.unread}>{t('inbox.newMessages')}</li>}
              <li data-line>
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
            </Fragment>
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
