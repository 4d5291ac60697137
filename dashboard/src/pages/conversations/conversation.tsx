import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { botsQuery } from '../../api/bots';
import { activitiesQuery } from '../../api/inbox';
import type { Conversation as Summary } from '../../api/types';
import '../../i18n/improve';
import '../../i18n/inbox';
import { desk } from '../../live/desk';
import { inbox, outbox } from '../../live/store';
import { timeline } from '../../live/timeline';
import { type Message, questionOf, type Transcript } from '../../live/transcript';
import { type Earlier, useTranscript } from '../../live/use-transcript';
import { ChatIcon } from '../../parts/icons';
import { Empty, Failure, Loading } from '../../parts/states';
import { useActions } from './actions';
import { Composer } from './composer';
import { ContactPanel } from './contact';
import css from './conversation.module.css';
import { Header } from './header';
import { Log } from './log';
import { useMe } from './people';
import { useSummary } from './use-inbox';
import { useRoom } from './use-room';
import { Why } from './why';

export default function Conversation() {
  const { conversation } = useParams({ from: '/app/conversations/$conversation' });
  return <Open key={conversation} id={conversation} />;
}

function Open({ id }: { id: string }) {
  const { summary, error, retry } = useSummary(id);
  return summary ? <Followed c={summary} /> : <Opening error={error} retry={retry} />;
}

function Followed({ c }: { c: Summary }) {
  const { room, beside, quiet } = useRoom(c.id);
  const { transcript, loaded, error, retry, earlier } = useTranscript(c.id, c.seq, beside);

  // Whoever wrote does not write any more.
  const last = transcript.entries.at(-1);
  const author = last?.kind === 'message' ? last.author.kind : undefined;
  useEffect(() => {
    if (author === 'visitor' || author === 'agent') quiet(author);
  }, [author, transcript.head, quiet]);

  const gone = error !== undefined && asProblem(error).status === 404;
  return loaded && !gone ? <Pane c={c} room={room} transcript={transcript} earlier={earlier} /> : <Opening error={error} retry={retry} />;
}

/** What stands there until the conversation does, or instead of it. */
function Opening({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  if (error !== undefined && asProblem(error).status === 404) {
    return (
      <div className={css.dead}>
        <Empty icon={<ChatIcon />} title={t('conversations.missing')}>
          {t('conversations.missingText')}
        </Empty>
      </div>
    );
  }
  return <div className={css.padded}>{error !== undefined ? <Failure error={error} retry={retry} /> : <Loading lines={6} />}</div>;
}

interface PaneProps {
  c: Summary;
  room: ReturnType<typeof useRoom>['room'];
  transcript: Transcript;
  earlier: Earlier;
}

function Pane({ c, room, transcript, earlier }: PaneProps) {
  const { t } = useTranslation();
  const { id: me } = useMe();
  const bot = useQuery(botsQuery).data?.find((b) => b.id === c.bot)?.name ?? '';
  const activities = useQuery(activitiesQuery(c.id)).data ?? [];
  const outgoing = useSyncExternalStore(outbox.subscribe, outbox.all).filter((o) => o.conversation === c.id);
  const actions = useActions(c);
  const heading = useRef<HTMLHeadingElement>(null);
  const [panel, setPanel] = useState(false);
  const [asked, setAsked] = useState<{ seq: number; from: HTMLElement }>();
  // Where this reader had come to when they opened it.
  const [readBefore] = useState(c.read ?? 0);

  // On a phone this takes the list's place: reading starts at its top.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useReading(c.id, transcript.head, room.notes.length);
  useEffect(() => {
    for (const entry of transcript.entries) if (entry.kind === 'message' && entry.clientId) outbox.arrived(entry.clientId);
  }, [transcript]);

  const answer = transcript.entries.find((entry): entry is Message => entry.kind === 'message' && entry.seq === asked?.seq);
  const question = answer && questionOf(answer, transcript.entries);
  const writing = transcript.entries.findLast((entry): entry is Message => entry.kind === 'message' && entry.state === 'writing');
  // What the first answers of a page are to is on the one before it.
  useEffect(() => {
    if (answer?.question !== undefined && question === undefined) earlier.read();
  }, [answer?.seq]);
  const explain = useCallback(
    ({ seq }: Message, from: HTMLElement) => setAsked((before) => (seq === before?.seq ? undefined : { seq, from })),
    [],
  );
  const closeWhy = () => {
    setAsked(undefined);
    asked?.from.focus();
  };
  const toHeading = () => heading.current?.focus();
  return (
    <div className={css.pane} data-panel={panel} data-explained={answer !== undefined}>
      <section className={css.conversation} aria-labelledby="conversation">
        <Header
          c={c}
          room={room}
          me={me}
          actions={actions}
          heading={heading}
          writing={writing !== undefined}
          panel={panel}
          togglePanel={() => setPanel(!panel)}
        />
        <Log
          lines={timeline(transcript, room.notes, activities, outgoing)}
          transcript={transcript}
          earlier={earlier}
          readBefore={readBefore}
          room={room}
          me={me}
          bot={bot}
          explained={answer?.seq}
          explain={explain}
        />
        <Composer key={c.id} c={c} bot={bot} actions={actions} leave={toHeading} />
      </section>
      {answer?.ended !== undefined ? (
        <Why key={answer.seq} conversation={c.id} bot={c.bot} question={question} answer={answer} seq={answer.ended} close={closeWhy} />
      ) : (
        <ContactPanel
          c={c}
          room={room}
          actions={actions}
          close={() => {
            setPanel(false);
            toHeading();
          }}
          label={t('inbox.panel')}
        />
      )}
    </div>
  );
}

/** Long enough to have looked. */
const glance = 500;

/** Says how far the conversation was read, while it is looked at; notes count, for one may name the reader. */
function useReading(conversation: string, head: number, notes: number): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState !== 'visible' || desk.state() !== 'live') return;
      timer = setTimeout(() => {
        desk.say('read', { conversation, seq: head });
        inbox.read(conversation, head);
      }, glance);
    };
    look();
    document.addEventListener('visibilitychange', look);
    const stop = desk.onConnection(look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      stop();
    };
  }, [conversation, head, notes]);
}
