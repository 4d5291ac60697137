import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation, Label } from '../../api/types';
import { exact, moment, waited } from '../../i18n/format';
import { isUnread } from '../../live/queues';
import { Avatar } from '../../parts/avatar';
import { Ago } from '../../parts/time';
import { useNow } from '../../parts/use-now';
import css from './conversations.module.css';
import { LabelMark } from './label-mark';
import { StatusBadge } from './status';

/** So many labels fit into a row. */
const fitting = 2;

interface Props {
  conversation: Conversation;
  me: string;
  assignee: string;
  labels?: Label[];
  bot?: string;
  tabIndex: number;
  onFocus: (conversation: string) => void;
}

/** A conversation in a list of the inbox. Its height never changes. */
export const InboxRow = memo(function InboxRow({ conversation: c, me, assignee, labels, bot, tabIndex, onFocus }: Props) {
  const { t } = useTranslation();
  const unread = isUnread(c, me);
  const own = (labels ?? []).filter((label) => c.labels.includes(label.id));
  const snoozed = c.snoozed_until && Date.parse(c.snoozed_until) > Date.now() ? new Date(c.snoozed_until) : undefined;
  return (
    <Link
      to="/conversations/$conversation"
      params={{ conversation: c.id }}
      search={(search) => search}
      className={css.row}
      data-conversation={c.id}
      data-unread={unread}
      tabIndex={tabIndex}
      onFocus={() => onFocus(c.id)}
    >
      <span className={css.line}>
        {unread && (
          <span className={css.dot}>
            <span className="hidden-visually">{t('inbox.unread')}</span>
          </span>
        )}
        <span className={css.name} dir="auto">
          {c.contact.name || c.contact.email || t('conversations.visitor')}
        </span>
        {c.status === 'waiting' && c.waits_since ? <Waits since={c.waits_since} /> : <Ago at={c.updated_at} />}
      </span>
      <span className={css.preview} dir="auto">
        {c.preview || t('conversations.noText')}
      </span>
      <span className={css.facts}>
        <StatusBadge status={c.status} />
        {snoozed && <span className={css.bot} title={exact(snoozed)}>{t('inbox.state.snoozed', { time: moment(snoozed) })}</span>}
        {bot && <span className={css.bot}>{bot}</span>}
        {own.slice(0, fitting).map((label) => (
          <LabelMark key={label.id} label={label} />
        ))}
        {own.length > fitting && <span title={own.map((label) => label.name).join(', ')}>+{own.length - fitting}</span>}
        <span className={css.end}>{assignee && <Avatar name={assignee} quiet={c.status === 'waiting'} />}</span>
      </span>
    </Link>
  );
});

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
