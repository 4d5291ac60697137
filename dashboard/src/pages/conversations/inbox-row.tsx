import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation, Label, Status } from '../../api/types';
import { ago, exact, moment, waited } from '../../i18n/format';
import { isUnread } from '../../live/queues';
import { Avatar } from '../../parts/avatar';
import { Badge } from '../../parts/badge';
import { useNow } from '../../parts/use-now';
import { plain } from '../../parts/plain';
import css from './conversations.module.css';
import { LabelMark } from './label-mark';
import { tones } from './status';

/** So many labels fit into a row. */
const fitting = 2;

/** What rows say, looked up once for all of them. */
export interface Words {
  visitor: string;
  noText: string;
  unread: string;
  status: Record<Status, string>;
  snoozed: (time: string) => string;
}

export function useWords(): Words {
  const { t } = useTranslation();
  return useMemo(() => {
    const status = (of: Status) => t(`conversations.status.${of}`);
    return {
      visitor: t('conversations.visitor'),
      noText: t('conversations.noText'),
      unread: t('inbox.unread'),
      status: { bot: status('bot'), waiting: status('waiting'), agent: status('agent'), closed: status('closed') },
      snoozed: (time) => t('inbox.state.snoozed', { time }),
    };
  }, [t]);
}

interface Props {
  conversation: Conversation;
  search: string; // of the address
  open: boolean;
  me: string;
  assignee: string;
  labels?: Label[];
  bot?: string;
  tabIndex: number;
  minute: number; // by which times are told
  words: Words;
}

/**
 * A conversation in a list of the inbox. A fast scroll gives a dozen of these to
 * other conversations with each frame: its height never changes, its elements
 * are few and mostly the same, it listens to nothing, and it subscribes to
 * nothing but the clock of who waits.
 */
export const InboxRow = memo(function InboxRow({ conversation: c, search, open, me, assignee, labels, bot, tabIndex, minute, words }: Props) {
  const unread = isUnread(c, me);
  const own = labels ? labels.filter((label) => c.labels.includes(label.id)) : [];
  const snoozed = c.snoozed_until && Date.parse(c.snoozed_until) > minute ? new Date(c.snoozed_until) : undefined;
  return (
    <a
      href={`/conversations/${c.id}${search}`}
      className={css.row}
      aria-current={open ? 'page' : undefined}
      data-conversation={c.id}
      data-unread={unread}
      tabIndex={tabIndex}
    >
      <span className={css.line}>
        {unread && (
          <span className={css.dot}>
            <span className="hidden-visually">{words.unread}</span>
          </span>
        )}
        <bdi className={css.name}>{c.contact.name || c.contact.email || words.visitor}</bdi>
        {c.status === 'waiting' && c.waits_since ? <Waits since={c.waits_since} /> : <When at={c.updated_at} minute={minute} />}
      </span>
      <bdi className={css.preview}>{plain(c.preview) || words.noText}</bdi>
      <span className={css.facts}>
        <Badge tone={tones[c.status]}>{words.status[c.status]}</Badge>
        {snoozed && (
          <span className={css.bot} title={exact(snoozed)}>
            {words.snoozed(moment(snoozed))}
          </span>
        )}
        {bot && <span className={css.bot}>{bot}</span>}
        {own.slice(0, fitting).map((label, i) => (
          <LabelMark key={i} label={label} />
        ))}
        {own.length > fitting && <span title={own.map((label) => label.name).join(', ')}>+{own.length - fitting}</span>}
        {assignee && (
          <span className={css.end}>
            <Avatar name={assignee} quiet={c.status === 'waiting'} />
          </span>
        )}
      </span>
    </a>
  );
});

function When({ at, minute }: { at: string; minute: number }) {
  const date = new Date(at);
  // What arrives between two ticks is newer than the minute.
  return <time dateTime={at}>{ago(date, date.getTime() > minute ? date : new Date(minute))}</time>;
}

/** How long somebody has waited, to the second. */
export function Waits({ since }: { since: string }) {
  const { t } = useTranslation();
  const now = useNow();
  const date = new Date(since);
  const time = waited(date, new Date(now));
  return (
    <time className={css.waits} dateTime={since} title={exact(date)} aria-label={t('inbox.waited', { time })}>
      {time}
    </time>
  );
}
