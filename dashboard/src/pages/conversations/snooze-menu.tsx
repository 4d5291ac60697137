import { Button, Menu, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../api/types';
import { moment } from '../../i18n/format';
import { isSnoozed } from '../../live/queues';
import { Dialog } from '../../parts/dialog';
import { DownIcon } from '../../parts/icons';
import type { Actions } from './actions';
import css from './menus.module.css';
import { choices } from './snooze';

interface Props {
  c: Conversation;
  actions: Actions;
  opened: boolean;
  onChange: (opened: boolean) => void;
  pick: () => void;
}

export function SnoozeMenu({ c, actions, opened, onChange, pick }: Props) {
  const { t } = useTranslation();
  const snoozed = isSnoozed(c, Date.now());
  return (
    <Menu opened={opened} onChange={onChange} width={230} position="bottom-end" withinPortal={false} returnFocus>
      <Menu.Target>
        <Button variant="default" size="xs" rightSection={<DownIcon size={14} />} disabled={actions.busy}>
          {t('inbox.act.snooze')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {snoozed && <Menu.Item onClick={() => actions.snooze(undefined)}>{t('inbox.act.unsnooze')}</Menu.Item>}
        {opened &&
          choices(new Date()).map(({ choice, until }) => (
            <Menu.Item key={choice} rightSection={<span className={css.when}>{moment(until)}</span>} onClick={() => actions.snooze(until)}>
              {t(`inbox.snooze.${choice}`)}
            </Menu.Item>
          ))}
        <Menu.Item onClick={pick}>{t('inbox.snooze.pick')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Another time than those of the menu; on phones, where there is no such menu, with these as buttons. */
export function PickSnooze({ opened, close, snooze }: { opened: boolean; close: () => void; snooze: (until: Date) => void }) {
  const { t } = useTranslation();
  const [at, setAt] = useState('');
  const [late, setLate] = useState(false);
  const choose = (until: Date) => {
    snooze(until);
    setAt('');
    setLate(false);
    close();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const until = new Date(at);
    if (!(until.getTime() > Date.now())) return setLate(true);
    choose(until);
  };
  return (
    <Dialog opened={opened} close={close} title={t('inbox.snooze.title')} size="sm">
      <form className={css.form} onSubmit={submit}>
        {opened &&
          choices(new Date()).map(({ choice, until }) => (
            <Button key={choice} variant="default" justify="space-between" rightSection={<span className={css.when}>{moment(until)}</span>} onClick={() => choose(until)}>
              {t(`inbox.snooze.${choice}`)}
            </Button>
          ))}
        <TextInput
          type="datetime-local"
          label={t('inbox.snooze.at')}
          value={at}
          onChange={({ currentTarget }) => setAt(currentTarget.value)}
          error={late && t('inbox.snooze.past')}
          data-autofocus
        />
        <div className={css.buttons}>
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button type="submit">{t('inbox.act.snooze')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
