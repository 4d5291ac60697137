import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Entry, Message, Notice } from '../../live/transcript';
import { clock, exact } from '../../i18n/format';
import { Citations } from '../../parts/citations';
import { BotIcon } from '../../parts/icons';
import SafeMarkdown from '../../parts/markdown';
import css from './conversation.module.css';

/** `bot` is the name that the bot has now; messages keep the one that it had. Only what changed is drawn again while an answer streams. */
export const EntryView = memo(function EntryView({ entry, ...rest }: { entry: Entry } & Around) {
  return entry.kind === 'notice' ? <NoticeLine notice={entry} /> : <Bubble message={entry} {...rest} />;
});

interface Around {
  bot?: string;
  explained: boolean; // beside the log
  explain: (answer: Message, from: HTMLElement) => void;
}

function NoticeLine({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const { status, agent, at } = notice;
  return (
    <p className={css.notice} title={exact(new Date(at))}>
      {status === 'agent' && agent
        ? t('conversations.notice.agentNamed', { agent })
        : t(`conversations.notice.${status}`)}
    </p>
  );
}

function Bubble({ message, bot, explained, explain }: { message: Message } & Around) {
  const { t } = useTranslation();
  const { author, state, text, citations, at, reason, feedback, offer } = message;
  const name = author.name || (author.kind === 'bot' && bot) || t(`conversations.author.${author.kind}`);
  const date = new Date(at);
  return (
    <article className={css.message} data-author={author.kind}>
      <p className={css.author}>
        {author.kind === 'bot' && <BotIcon size={16} />}
        {name}
        <time dateTime={at} title={exact(date)}>
          {clock(date)}
        </time>
      </p>
      <div className={css.bubble} data-state={state}>
        {state === 'erased' ? (
          <em>{t('conversations.erased')}</em>
        ) : author.kind === 'visitor' ? (
          <p className={css.typed} dir="auto">{text}</p>
        ) : (
          <SafeMarkdown text={text} />
        )}
        {state === 'writing' && <span className="hidden-visually">{t('conversations.writing')}</span>}
      </div>
      {citations.length > 0 && <Citations citations={citations} end />}
      {state === 'interrupted' && <p className={css.meta}>{t(`conversations.reason.${reason ?? 'failed'}`)}</p>}
      {offer === 'handoff' && <p className={css.meta}>{t('conversations.offered')}</p>}
      {feedback && (
        <p className={css.meta}>
          {feedback.helpful ? t('conversations.helpful') : t('conversations.unhelpful')}
          {feedback.comment && `: “${feedback.comment}”`}
        </p>
      )}
      {author.kind === 'bot' && message.ended !== undefined && state !== 'erased' && (
        <button
          type="button"
          className={css.why}
          aria-expanded={explained}
          onClick={({ currentTarget }) => explain(message, currentTarget)}
        >
          {t('trace.open')}
        </button>
      )}
    </article>
  );
}
