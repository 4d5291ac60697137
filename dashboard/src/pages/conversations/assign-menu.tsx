import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { membersQuery } from '../../api/inbox';
import type { Conversation } from '../../api/types';
import { desk } from '../../live/desk';
import { holder } from '../../live/queues';
import { Avatar } from '../../parts/avatar';
import { CheckIcon, DownIcon, InboxIcon } from '../../parts/icons';
import type { Actions } from './actions';
import { thenReply } from './header';
import css from './menus.module.css';
import { useMe } from './people';

interface Props {
  c: Conversation;
  actions: Actions;
  opened: boolean;
  onChange: (opened: boolean) => void;
}

/** Colleagues who may take a conversation, those on duty first. */
export function AssignMenu({ c, actions, opened, onChange }: Props) {
  const { t } = useTranslation();
  const { id: me } = useMe();
  const members = useQuery({ ...membersQuery, enabled: opened }).data ?? [];
  const duty = useSyncExternalStore(desk.onConnection, desk.duty);
  const here = new Set(duty.agents.filter(({ available }) => available).map(({ id }) => id));
  const able = members
    .filter(({ id, role }) => id !== me && role !== 'viewer')
    .sort((a, b) => Number(here.has(b.id)) - Number(here.has(a.id)) || a.name.localeCompare(b.name));
  const has = holder(c);
  return (
    <Menu opened={opened} onChange={onChange} width={260} position="bottom-end" withinPortal={false} returnFocus>
      <Menu.Target>
        <Button variant="default" size="xs" rightSection={<DownIcon size={14} />} disabled={actions.busy}>
          {t('inbox.act.assign')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={css.long}>
        {/* Left out rather than disabled: the first item gets the keyboard, and a disabled one cannot have it. */}
        {!(c.status === 'agent' && has === me) && <Menu.Item onClick={() => actions.take(false, thenReply)}>{t('inbox.act.me')}</Menu.Item>}
        {!(c.status === 'waiting' && !c.assignee) && (
          <Menu.Item leftSection={<InboxIcon size={16} />} onClick={() => actions.requeue()}>
            {t('inbox.act.requeue')}
          </Menu.Item>
        )}
        {able.length > 0 && <Menu.Divider />}
        {able.map(({ id, name, email }) => (
          <Menu.Item
            key={id}
            leftSection={<Avatar name={name || email} quiet={!here.has(id)} />}
            rightSection={has === id ? <CheckIcon size={16} /> : undefined}
            onClick={() => actions.assign(id)}
          >
            <span className={css.person}>
              <span dir="auto">{name || email}</span>
              <span className={css.duty} data-on={here.has(id)}>
                {here.has(id) ? t('inbox.act.onDuty') : t('inbox.act.offDuty')}
              </span>
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
