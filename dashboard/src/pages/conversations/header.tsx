import { ActionIcon, Button, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type RefObject, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { run, useShortcuts } from '../../app/shortcuts';
import type { Conversation } from '../../api/types';
import { moment } from '../../i18n/format';
import { desk } from '../../live/desk';
import { holder, isSnoozed } from '../../live/queues';
import type { Room } from '../../live/room';
import { BackIcon, BanIcon, BotIcon, CheckIcon, InboxIcon, InfoIcon, MoreIcon, StopIcon, TextIcon, WarningIcon } from '../../parts/icons';
import { Avatar } from '../../parts/avatar';
import { Confirm } from '../../parts/confirm';
import type { Actions } from './actions';
import { AssignMenu } from './assign-menu';
import css from './header.module.css';
import { Waits } from './inbox-row';
import { useMe, useNames } from './people';
import { PickSnooze, SnoozeMenu } from './snooze-menu';
import { TranscriptDialog } from './transcript-dialog';

interface Props {
  c: Conversation;
  room: Room;
  me: string;
  actions: Actions;
  heading: RefObject<HTMLHeadingElement | null>;
  writing: boolean; // the bot is
  panel: boolean;
  togglePanel: () => void;
}

/** Who took a conversation wants to write in it. */
export const thenReply = () => void run('reply');

export function Header({ c, room, me, actions, heading, writing, panel, togglePanel }: Props) {
  const { t } = useTranslation();
  const { mayTake } = useMe();
  const [open, setOpen] = useState<'assign' | 'snooze' | 'pick' | 'block' | 'transcript'>();
  const mine = c.status === 'agent' && holder(c) === me;
  const toHeading = () => heading.current?.focus();
  const take = (force = false) => actions.take(force, thenReply);
  const can = mayTake && !actions.busy;
  useShortcuts(
    can
      ? {
          take: mine ? undefined : () => take(),
          release: c.status === 'bot' ? undefined : () => actions.release(toHeading),
          close: c.status === 'closed' ? undefined : () => actions.close(toHeading),
          assign: () => setOpen('assign'),
          snooze: () => setOpen('snooze'),
        }
      : {},
  );
  // A menu that closes because of what was chosen in it leaves open what that opened.
  const menu = (name: 'assign' | 'snooze') => ({
    opened: open === name,
    onChange: (on: boolean) => setOpen((now) => (on ? name : now === name ? undefined : now)),
  });

  return (
    <>
      <header className={css.head}>
        <Link to="/conversations" search={(search) => search} className={css.back} aria-label={t('conversations.back')}>
          <BackIcon />
        </Link>
        <div className={css.words}>
          <h2 id="conversation" ref={heading} tabIndex={-1} className={css.title}>
            <bdi>{c.contact.name || c.contact.email || t('conversations.visitor')}</bdi>
          </h2>
          <p className={css.about}>
            <State c={c} me={me} />
          </p>
        </div>
        <Others room={room} me={me} />
        {mayTake && (
          <div className={css.actions}>
            {writing && (
              <ActionIcon
                variant="default"
                size={30}
                aria-label={t('inbox.act.stop')}
                title={t('inbox.act.stop')}
                onClick={() => desk.say('message.stop', { conversation: c.id })}
              >
                <StopIcon size={16} />
              </ActionIcon>
            )}
            <span className={css.wideOnly}>
              <AssignMenu {...menu('assign')} c={c} actions={actions} />
              <SnoozeMenu {...menu('snooze')} c={c} actions={actions} pick={() => setOpen('pick')} />
              {c.status !== 'closed' && (
                <Button variant="default" size="xs" disabled={actions.busy} onClick={() => actions.close(toHeading)}>
                  {t('inbox.act.close')}
                </Button>
              )}
            </span>
            {mine ? (
              <Button variant="default" size="xs" disabled={actions.busy} onClick={() => actions.release(toHeading)}>
                {t('inbox.act.release')}
              </Button>
            ) : (
              <Button size="xs" loading={actions.busy} onClick={() => take()}>
                {c.status === 'closed' ? t('inbox.act.reopen') : t('inbox.act.take')}
              </Button>
            )}
            <Menu width={220} withinPortal={false} returnFocus>
              <Menu.Target>
                <ActionIcon variant="default" size={30} aria-label={t('inbox.act.more')}>
                  <MoreIcon />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <div className={css.narrowOnly}>
                  <Menu.Item onClick={() => setOpen('pick')}>{t('inbox.act.snooze')}</Menu.Item>
                  {c.status !== 'closed' && (
                    <Menu.Item leftSection={<CheckIcon size={16} />} onClick={() => actions.close(toHeading)}>
                      {t('inbox.act.close')}
                    </Menu.Item>
                  )}
                </div>
                {(c.status === 'agent' || c.status === 'bot' || c.assignee) && (
                  <Menu.Item leftSection={<InboxIcon size={16} />} onClick={() => actions.requeue(toHeading)}>
                    {t('inbox.act.requeue')}
                  </Menu.Item>
                )}
                {!mine && c.status !== 'bot' && (
                  <Menu.Item leftSection={<BotIcon size={16} />} onClick={() => actions.release(toHeading)}>
                    {t('inbox.act.release')}
                  </Menu.Item>
                )}
                <Menu.Item leftSection={<TextIcon size={16} />} onClick={() => setOpen('transcript')}>
                  {t('inbox.act.transcript')}
                </Menu.Item>
                <Menu.Divider />
                <Menu.Item leftSection={<WarningIcon size={16} />} onClick={() => actions.spam(!c.spam)}>
                  {c.spam ? t('inbox.act.notSpam') : t('inbox.act.spam')}
                </Menu.Item>
                <Menu.Item leftSection={<BanIcon size={16} />} onClick={() => (c.blocked ? actions.block(false) : setOpen('block'))}>
                  {c.blocked ? t('inbox.act.unblock') : t('inbox.act.block')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </div>
        )}
        <ActionIcon
          className={css.panelButton}
          variant={panel ? 'light' : 'default'}
          size={30}
          aria-label={t('inbox.panel')}
          aria-expanded={panel}
          onClick={togglePanel}
        >
          <InfoIcon />
        </ActionIcon>
      </header>
      <Conflict text={actions.conflict} take={() => take(true)} />
      <PickSnooze opened={open === 'pick'} close={() => setOpen(undefined)} snooze={actions.snooze} />
      <TranscriptDialog opened={open === 'transcript'} close={() => setOpen(undefined)} email={c.contact.email} send={actions.transcript} />
      <Confirm
        opened={open === 'block'}
        title={t('inbox.block.title')}
        verb={t('inbox.act.block')}
        busy={actions.busy}
        onConfirm={() => {
          actions.block(true);
          setOpen(undefined);
        }}
        onCancel={() => setOpen(undefined)}
      >
        {t('inbox.block.text')}
      </Confirm>
    </>
  );
}

/** Somebody else was first. */
function Conflict({ text, take }: { text?: string; take: () => void }) {
  const { t } = useTranslation();
  const [button, setButton] = useState<HTMLButtonElement | null>(null);
  useEffect(() => button?.focus(), [button]);
  return (
    <div role="alert">
      {text && (
        <div className={css.conflict}>
          <span dir="auto">{text}</span>
          <Button ref={setButton} size="xs" variant="default" onClick={take}>
            {t('inbox.act.force')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Who speaks, in a few words. */
function State({ c, me }: { c: Conversation; me: string }) {
  const { t } = useTranslation();
  const name = useNames();
  if (c.spam) return t('inbox.state.spam');
  if (isSnoozed(c, Date.now())) return t('inbox.state.snoozed', { time: moment(new Date(c.snoozed_until ?? '')) });
  switch (c.status) {
    case 'bot':
    case 'closed':
      return t(`inbox.state.${c.status}`);
    case 'agent': {
      const agent = c.agent?.name || name(c.agent?.id);
      return c.agent?.id === me ? t('inbox.state.yours') : agent ? t('inbox.state.agent', { agent }) : t('inbox.state.someone');
    }
    case 'waiting':
      return (
        <>
          {!c.assignee
            ? t('inbox.state.waiting')
            : c.assignee === me
              ? t('inbox.state.askedYou')
              : t('inbox.state.asked', { agent: name(c.assignee) })}{' '}
          {c.waits_since && <Waits since={c.waits_since} />}
        </>
      );
  }
}

/** Colleagues who look at it too. */
function Others({ room, me }: { room: Room; me: string }) {
  const { t } = useTranslation();
  const others = room.agents.filter(({ id }) => id !== me);
  if (others.length === 0) return null;
  return (
    <span className={css.others} title={t('inbox.viewing', { names: others.map(({ name }) => name).join(', ') })}>
      <span className="hidden-visually">{t('inbox.viewing', { names: '' })}</span>
      {others.slice(0, 3).map(({ id, name }) => (
        <Avatar key={id} name={name} quiet />
      ))}
      {others.length > 3 && <span>+{others.length - 3}</span>}
    </span>
  );
}
