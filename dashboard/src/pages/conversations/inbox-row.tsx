import type { TFunction } from 'i18next';
import { memo, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation, Label } from '../../api/types';
import { ago, exact, moment, waited } from '../../i18n/format';
import { isUnread } from '../../live/queues';
import { Avatar } from '../../parts/avatar';
import { useNow } from '../../parts/use-now';
import css from './conversations.module.css';
import { LabelMark } from './label-mark';
import { StatusBadge } from './status';

/** So many labels fit into a row. */
const fitting = 2;

interface Props {
  conversation: Conversation;
  href: string;
  open: boolean;
  me: string;
  assignee: string;
  labels?: Label[];
  bot?: string;
  tabIndex: number;
  minute: number; // by which times are told
  t: TFunction;
  onFocus: (conversation: string) => void;
  onOpen: (conversation: string) => void;
}

/**
 * A conversation in a list of the inbox. Its height never changes, and it
 * subscribes to nothing but the clock of who waits: some thirty are made anew
 * with each frame of a fast scroll.
 */
export const InboxRow = memo(function InboxRow({ conversation: c, href, open, me, assignee, labels, bot, tabIndex, minute, t, onFocus, onOpen }: Props) {
  const unread = isUnread(c, me);
  const own = c.labels.length === 0 ? [] : (labels ?? []).filter((label) => c.labels.includes(label.id));
  const snoozed = c.snoozed_until && Date.parse(c.snoozed_until) > minute ? new Date(c.snoozed_until) : undefined;
  return (
    <a
      href={href}
      className={css.row}
      aria-current={open ? 'page' : undefined}
      data-conversation={c.id}
      data-unread={unread}
      tabIndex={tabIndex}
      onFocus={() => onFocus(c.id)}
      onClick={(event: MouseEvent) => {
        // A new tab or window is the browser's to open.
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        onOpen(c.id);
      }}
    >
      <span className={css.line}>
        {unread && (
          <span className={css.dot}>
            <span className="hidden-visually">{t('inbox.unread')}</span>
          </span>
        )}
        <span className={css.name}>
          <bdi>{c.contact.name || c.contact.email || t('conversations.visitor')}</bdi>
        </span>
        {c.status === 'waiting' && c.waits_since ? <Waits since={c.waits_since} /> : <When at={c.updated_at} minute={minute} />}
      </span>
      <span className={css.preview}>
        <bdi>{c.preview || t('conversations.noText')}</bdi>
      </span>
      <span className={css.facts}>
        <StatusBadge status={c.status} />
        {snoozed && (
          <span className={css.bot} title={exact(snoozed)}>
            {t('inbox.state.snoozed', { time: moment(snoozed) })}
          </span>
        )}
        {bot && <span className={css.bot}>{bot}</span>}
        {own.slice(0, fitting).map((label) => (
          <LabelMark key={label.id} label={label} />
        ))}
        {own.length > fitting && <span title={own.map((label) => label.name).join(', ')}>+{own.length - fitting}</span>}
        <span className={css.end}>{assignee && <Avatar name={assignee} quiet={c.status === 'waiting'} />}</span>
      </span>
    </a>
  );
});

function When({ at, minute }: { at: string; minute: number }) {
  const date = new Date(at);
  // What arrives between two ticks is newer than the minute.
  return (
    <time dateTime={at} title={exact(date)}>
      {ago(date, date.getTime() > minute ? date : new Date(minute))}
    </time>
  );
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
