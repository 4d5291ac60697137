import { Button, SegmentedControl, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../app/shortcuts';
import { membersQuery, repliesQuery } from '../../api/inbox';
import type { Conversation, Member, Reply } from '../../api/types';
import { desk } from '../../live/desk';
import { draftOf, keepDraft, type Kind } from '../../live/drafts';
import { holder } from '../../live/queues';
import { fill, fitting, mentioning, mentionsIn, wanted } from '../../live/replies';
import { outbox } from '../../live/store';
import type { Actions } from './actions';
import css from './composer.module.css';
import { thenReply } from './header';
import { useMe, useNames } from './people';

interface Props {
  c: Conversation;
  bot: string;
  actions: Actions;
  /** Puts the focus where shortcuts work. */
  leave: () => void;
}

/** The server's bounds of a message and of a note, in characters. */
const longest: Record<Kind, number> = { reply: 8000, note: 4000 };
/** So many suggestions are shown. */
const most = 8;
/** Who types says so this often. */
const typingEvery = 3000;

export function Composer({ c, bot, actions, leave }: Props) {
  const { t } = useTranslation();
  const { id: me, mayTake } = useMe();
  const [kind, setKind] = useState<Kind>('reply');
  const away = useSyncExternalStore(desk.onConnection, desk.seemingly) === 'away';
  const mine = c.status === 'agent' && holder(c) === me;
  const choose = (next: Kind) => () => {
    setKind(next);
    // Once the field is there.
    setTimeout(() => document.getElementById('composer')?.focus());
  };
  useShortcuts(mayTake ? { reply: choose('reply'), note: choose('note') } : {});

  if (!mayTake) return <p className={css.locked}>{t('inbox.write.viewer')}</p>;
  return (
    <div className={css.composer} data-kind={kind}>
      <div className={css.top}>
        <SegmentedControl
          size="xs"
          aria-label={t('inbox.write.kind')}
          value={kind}
          onChange={(value) => setKind(value as Kind)}
          data={[
            { value: 'reply', label: t('inbox.write.reply') },
            { value: 'note', label: t('inbox.write.note') },
          ]}
        />
        <span className={css.about}>{kind === 'note' ? t('inbox.noteOnly') : c.blocked ? t('inbox.write.blocked') : ''}</span>
      </div>
      {away && (
        <p className={css.away} role="status">
          {t('inbox.write.away')}
        </p>
      )}
      {kind === 'reply' && !mine ? (
        <Locked c={c} actions={actions} />
      ) : (
        <Field key={kind} c={c} kind={kind} bot={bot} leave={leave} />
      )}
    </div>
  );
}

/** Why a reply is not possible, and what makes it so. */
function Locked({ c, actions }: { c: Conversation; actions: Actions }) {
  const { t } = useTranslation();
  const name = useNames();
  const agent = c.agent?.name || name(c.agent?.id) || t('conversations.author.agent');
  return (
    <div className={css.locked}>
      <p dir="auto">{t(`inbox.write.locked.${c.status}`, { agent })}</p>
      <Button id="composer" variant="default" size="sm" loading={actions.busy} onClick={() => actions.take(false, thenReply)}>
        {c.status === 'closed' ? t('inbox.act.reopen') : t('inbox.act.take')}
      </Button>
    </div>
  );
}

function Field({ c, kind, bot, leave }: { c: Conversation; kind: Kind; bot: string; leave: () => void }) {
  const { t } = useTranslation();
  const { id: user, me } = useMe();
  const [text, setText] = useState(() => draftOf(user, c.id, kind));
  const field = useRef<HTMLTextAreaElement>(null);
  const members = useQuery({ ...membersQuery, enabled: kind === 'note' }).data ?? [];
  const others = members.filter(({ id }) => id !== user);
  const typed = useTyping(c.id, kind);

  const write = (next: string) => {
    setText(next);
    keepDraft(user, c.id, kind, next);
  };
  const send = () => {
    const words = text.trim();
    if (words === '') return;
    outbox.send(c.id, kind, words, kind === 'note' ? mentionsIn(words, others).map(({ id }) => id) : []);
    write('');
  };
  const insertReply = (reply: Reply) =>
    write(
      fill(reply.text, {
        visitor: c.contact,
        agent: me?.user.name ?? '',
        company: me?.tenant.name ?? '',
        bot,
      }),
    );
  const insertMention = (member: Member, at: number) => {
    const behind = text.slice(at).replace(/^@[^\s@]*/, '');
    const name = `@${member.name || member.email}${behind.startsWith(' ') ? '' : ' '}`;
    const caret = at + name.length;
    // At once: whoever types on is not to be overtaken by the caret.
    flushSync(() => write(text.slice(0, at) + name + behind));
    field.current?.setSelectionRange(caret, caret);
  };
  const suggestions = useSuggestions({ kind, text, field, others, insertReply, insertMention });

  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || suggestions.pressed(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      leave();
    }
  };
  return (
    <div className={css.field}>
      {suggestions.list}
      <Textarea
        ref={field}
        id="composer"
        dir="auto"
        aria-label={kind === 'reply' ? t('inbox.write.replyTo') : t('inbox.write.noteTo')}
        placeholder={kind === 'reply' ? t('inbox.write.replyTo') : t('inbox.write.noteTo')}
        minRows={2}
        maxRows={10}
        maxLength={longest[kind]}
        value={text}
        onChange={({ currentTarget }) => {
          write(currentTarget.value);
          typed();
        }}
        onKeyDown={pressed}
        {...suggestions.focus}
        {...suggestions.aria}
      />
      <div className={css.bottom}>
        <span className={css.hint}>{t('inbox.write.hint')}</span>
        <Button size="sm" onClick={send} disabled={text.trim() === ''}>
          {kind === 'reply' ? t('inbox.write.send') : t('inbox.write.addNote')}
        </Button>
      </div>
    </div>
  );
}

/** Tells the visitor that somebody writes, now and then while that is so. */
function useTyping(conversation: string, kind: Kind): () => void {
  const said = useRef(0);
  return () => {
    if (kind !== 'reply' || Date.now() - said.current < typingEvery) return;
    said.current = Date.now();
    desk.say('typing', { conversation });
  };
}

interface Suggesting {
  kind: Kind;
  text: string;
  field: React.RefObject<HTMLTextAreaElement | null>;
  others: Member[];
  insertReply: (reply: Reply) => void;
  insertMention: (member: Member, at: number) => void;
}

interface Choice {
  id: string;
  head: string;
  note: string;
  take: () => void;
}

/** Saved replies behind "/", and colleagues behind "@" in a note. */
function useSuggestions({ kind, text, field, others, insertReply, insertMention }: Suggesting) {
  const { t } = useTranslation();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState<string>();
  const [here, setHere] = useState(false); // the keyboard is
  const typed = kind === 'reply' ? wanted(text) : undefined;
  const replies = useQuery({ ...repliesQuery, enabled: typed !== undefined });
  const mention = kind === 'note' ? mentioning(text, field.current?.selectionStart ?? text.length) : undefined;

  let choices: Choice[] = [];
  if (typed !== undefined) {
    choices = fitting(replies.data ?? [], typed).map((reply) => ({
      id: reply.id,
      head: `/${reply.shortcut} ${reply.title}`,
      note: reply.text,
      take: () => insertReply(reply),
    }));
  } else if (mention) {
    const begin = mention.typed.toLocaleLowerCase();
    choices = others
      .filter(({ name, email }) => (name || email).toLocaleLowerCase().includes(begin))
      .map((member) => ({ id: member.id, head: member.name || member.email, note: member.email, take: () => insertMention(member, mention.at) }));
  }
  choices = choices.slice(0, most);
  const looking = here && (typed !== undefined || mention !== undefined) && dismissed !== text;
  const open = looking && (choices.length > 0 || (typed !== undefined && replies.isSuccess));
  const current = Math.min(at, Math.max(0, choices.length - 1));
  useEffect(() => setAt(0), [typed, mention?.typed]);
  // What scrolls returns a promise in some browsers, which an effect must not.
  useEffect(() => void list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }), [current]);

  const pressed = (event: KeyboardEvent): boolean => {
    if (!open) return false;
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const chosen = choices[current];
    if (by !== 0 && choices.length > 0) setAt((current + by + choices.length) % choices.length);
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && chosen) chosen.take();
    else if (event.key === 'Escape') setDismissed(text);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    pressed,
    focus: { onFocus: () => setHere(true), onBlur: () => setHere(false) },
    aria: {
      'aria-autocomplete': 'list' as const,
      'aria-controls': open && choices.length > 0 ? id : undefined,
      'aria-activedescendant': open && choices[current] ? `${id}-${current}` : undefined,
    },
    list: open && (
      <div className={css.suggestions}>
        {choices.length === 0 ? (
          <p className={css.none}>{t('inbox.write.noReplies')}</p>
        ) : (
          <ul ref={list} id={id} role="listbox" aria-label={typed !== undefined ? t('inbox.write.replies') : t('inbox.write.colleagues')}>
            {choices.map((choice, i) => (
              <li
                key={choice.id}
                id={`${id}-${i}`}
                role="option"
                aria-selected={i === current}
                onMouseDown={(event) => {
                  event.preventDefault(); // the field keeps the focus
                  choice.take();
                }}
                onMouseEnter={() => setAt(i)}
              >
                <strong dir="auto">{choice.head}</strong>
                <span dir="auto">{choice.note}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    ),
  };
}
