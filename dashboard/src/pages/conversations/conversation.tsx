import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { botsQuery } from '../../api/bots';
import { conversationQuery } from '../../api/conversations';
import type { Message, Transcript } from '../../live/transcript';
import { useTranscript } from '../../live/use-transcript';
import { dayName } from '../../i18n/format';
import { BackIcon, ChatIcon } from '../../parts/icons';
import { Empty, Failure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import css from './conversation.module.css';
import { EntryView } from './entry';
import { StatusBadge } from './status';
import { Why } from './why';

export default function Conversation() {
  const { t } = useTranslation();
  const { conversation: id } = useParams({ from: '/app/conversations/$conversation' });
  const { transcript, loaded, error, retry } = useTranscript(id);
  const about = useQuery(conversationQuery(id)).data;
  const bot = useQuery(botsQuery).data?.find((b) => b.id === about?.bot)?.name;
  const heading = useRef<HTMLHeadingElement>(null);

  // On a phone this takes the list's place: reading starts at its top.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [id]);

  const missing = error !== undefined && asProblem(error).status === 404;
  return (
    <section className={css.conversation} aria-labelledby="conversation">
      <header className={css.head}>
        <Link to="/conversations" search={(search) => search} className={css.back} aria-label={t('conversations.back')}>
          <BackIcon />
        </Link>
        <div className={css.words}>
          <h2 id="conversation" ref={heading} tabIndex={-1} className={css.title}>
            {t('conversations.visitor')}
          </h2>
          {about && (
            <p className={css.about}>
              {t('conversations.began')} <Ago at={about.created_at} />
              {about.page && (
                <>
                  {' · '}
                  <a href={about.page} target="_blank" rel="noopener noreferrer nofollow">
                    {withoutScheme(about.page)}
                  </a>
                </>
              )}
            </p>
          )}
        </div>
        {about && <StatusBadge status={about.status} />}
      </header>
      {missing ? (
        <Empty icon={<ChatIcon />} title={t('conversations.missing')}>
          {t('conversations.missingText')}
        </Empty>
      ) : error !== undefined && !loaded ? (
        <div className={css.padded}>
          <Failure error={error} retry={retry} />
        </div>
      ) : !loaded ? (
        <div className={css.padded}>
          <Loading lines={5} />
        </div>
      ) : (
        <Read key={id} conversation={id} transcript={transcript} bot={bot} />
      )}
    </section>
  );
}

/** The log, and beside it what produced the answer that somebody asks about. */
function Read({ conversation, transcript, bot }: { conversation: string; transcript: Transcript; bot?: string }) {
  const [asked, setAsked] = useState<{ seq: number; from: HTMLElement }>();
  const answer = transcript.entries.find((entry): entry is Message => entry.kind === 'message' && entry.seq === asked?.seq);
  const close = () => {
    setAsked(undefined);
    asked?.from.focus();
  };
  return (
    <div className={css.read} data-explained={answer !== undefined}>
      <Log
        transcript={transcript}
        bot={bot}
        explained={answer?.seq}
        explain={({ seq }, from) => setAsked(seq === asked?.seq ? undefined : { seq, from })}
      />
      {answer?.ended !== undefined && <Why key={answer.seq} conversation={conversation} answer={answer} seq={answer.ended} close={close} />}
    </div>
  );
}

/** How near the end counts as reading along. */
const near = 80;

type LogProps = { transcript: Transcript } & Omit<Parameters<typeof EntryView>[0], 'entry'>;

function Log({ transcript, ...around }: LogProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);

  // Whoever reads the end goes on with it; whoever scrolled up stays there.
  useLayoutEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [transcript]);

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
      <ol className={css.entries}>
        {transcript.entries.map((entry) => {
          const today = dayName(new Date(entry.at));
          const newDay = today !== day;
          day = today;
          return (
            <li key={entry.seq} className={css.entry}>
              {newDay && <p className={css.day}>{today}</p>}
              <EntryView entry={entry} {...around} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function withoutScheme(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
