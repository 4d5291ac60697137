import { UnstyledButton } from '@mantine/core';
import { Fragment, memo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Activity, Label, Note } from '../../api/types';
import { clock, exact, moment } from '../../i18n/format';
import { desk } from '../../live/desk';
import type { Outgoing } from '../../live/outbox';
import type { Typing } from '../../live/room';
import { outbox } from '../../live/store';
import { NoteIcon } from '../../parts/icons';
import SafeMarkdown from '../../parts/markdown';
import css from './conversation.module.css';
import { useNames } from './people';

/** A note of the team, in its place in the log. */
export const NoteView = memo(function NoteView({ note }: { note: Note }) {
  const { t } = useTranslation();
  const name = useNames();
  const date = new Date(note.at);
  return (
    <article className={css.note} aria-label={t('inbox.note')}>
      <p className={css.author}>
        <NoteIcon size={16} />
        {note.author.name || name(note.author.id)}
        <time dateTime={note.at} title={exact(date)}>
          {clock(date)}
        </time>
        <span className={css.only}>{t('inbox.noteOnly')}</span>
      </p>
      <p className={css.typed} dir="auto">
        <WithMentions text={note.text} names={note.mentions.map(name).filter(Boolean)} />
      </p>
    </article>
  );
});

/** Names that a note mentions stand out. */
function WithMentions({ text, names }: { text: string; names: string[] }) {
  if (names.length === 0) return text;
  const escaped = names.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const parts = text.split(new RegExp(`(@(?:${escaped.join('|')}))`, 'u'));
  return parts.map((part, i) => (i % 2 === 1 ? <strong key={i} className={css.mention}>{part}</strong> : <Fragment key={i}>{part}</Fragment>));
}

export function ActivityLine({ activity, targets, labels }: { activity: Activity; targets: string[]; labels?: Label[] }) {
  const { t } = useTranslation();
  const name = useNames();
  const { kind, at, by, target } = activity;
  const who = by ? name(by) || t('inbox.activity.someone') : t('inbox.activity.desk');
  let what = '';
  if (kind === 'assigned') what = name(target) || t('inbox.activity.someone');
  if (kind === 'labelled' || kind === 'unlabelled') {
    what = targets.map((label) => labels?.find(({ id }) => id === label)?.name ?? t('inbox.activity.gone')).join(', ');
  }
  if (kind === 'snoozed' && target) what = moment(new Date(target));
  return (
    <p className={css.notice} title={exact(new Date(at))} dir="auto">
      {t(`inbox.activity.${kind === 'assigned' && !target ? 'unassigned' : kind}`, { by: who, target: what })}
    </p>
  );
}

/** What is on its way, or was refused. */
export function OutgoingView({ outgoing }: { outgoing: Outgoing }) {
  const { t } = useTranslation();
  const live = useSyncExternalStore(desk.onConnection, desk.seemingly) === 'live';
  const { id, kind, text, failed } = outgoing;
  const shown = kind === 'note' ? <p className={css.typed} dir="auto">{text}</p> : <SafeMarkdown text={text} />;
  return (
    <article className={kind === 'note' ? css.note : css.message} data-author="agent" data-pending={failed === undefined}>
      {kind === 'note' ? shown : <div className={css.bubble}>{shown}</div>}
      {failed === undefined ? (
        <p className={css.meta} role="status">
          {live ? t('inbox.sending') : t('inbox.queued')}
        </p>
      ) : (
        <p className={css.failed} role="alert">
          {t('inbox.notSent', { reason: failed })}
          <UnstyledButton className={css.again} onClick={() => outbox.retry(id)}>
            {t('inbox.retry')}
          </UnstyledButton>
          <UnstyledButton className={css.again} onClick={() => outbox.discard(id)}>
            {t('inbox.discard')}
          </UnstyledButton>
        </p>
      )}
    </article>
  );
}

/** Who writes now, and of the visitor what, where the bot's owner shows that. */
export function TypingView({ typing }: { typing: Typing[] }) {
  const { t } = useTranslation();
  return (
    <div className={css.typing} aria-live="off">
      {typing.map(({ kind, id, name, text }) => (
        <p key={id ?? kind} data-author={kind} className={css.typist}>
          {kind === 'visitor' ? (
            <>
              {text && (
                <span className={css.unsent} dir="auto">
                  {text}
                </span>
              )}
              {t('conversations.visitor')} {t('inbox.typing.visitor')}
            </>
          ) : (
            t('inbox.typing.agent', { name: name ?? '' })
          )}
        </p>
      ))}
    </div>
  );
}
