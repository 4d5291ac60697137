import { Button, Popover, Switch, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../api/account';
import { askForNotices, noticePermission, setSound, soundOn } from '../live/chimes';
import { desk } from '../live/desk';
import { Avatar } from '../parts/avatar';
import { CheckIcon } from '../parts/icons';
import css from './duty.module.css';
import { toast } from './toasts';

/** Whether this person takes conversations, who else does, and what calls them. */
export function DutyMenu() {
  const { t } = useTranslation();
  const me = useQuery(meQuery).data;
  const duty = useSyncExternalStore(desk.onConnection, desk.duty);
  const [sound, hear] = useState(soundOn);
  const [notices, setNotices] = useState(noticePermission);
  if (!me?.permissions.includes('take')) return null;

  const state = duty.available ? t('duty.available') : t('duty.away');
  const choose = (available: boolean) => {
    if (available !== duty.available) desk.setAvailable(available).catch(() => toast({ text: t('duty.failed'), tone: 'danger' }));
  };
  const working = duty.agents.filter(({ available }) => available);
  return (
    <Popover position="top-start" width={264} shadow="md" radius={8} trapFocus withinPortal={false} returnFocus>
      <Popover.Target>
        <UnstyledButton className={css.target} aria-label={t('duty.label', { state })} title={state}>
          <span className={css.dot} data-on={duty.available} />
          <span className={css.state}>{state}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={css.menu} aria-label={t('duty.label', { state })}>
        {[true, false].map((available) => (
          <UnstyledButton
            key={String(available)}
            className={css.choice}
            aria-pressed={available === duty.available}
            onClick={() => choose(available)}
          >
            <span className={css.dot} data-on={available} />
            <span className={css.words}>
              {available ? t('duty.available') : t('duty.away')}
              <span className={css.note}>{available ? t('duty.availableNote') : t('duty.awayNote')}</span>
            </span>
            {available === duty.available && <CheckIcon size={16} />}
          </UnstyledButton>
        ))}
        <h2 className={css.title}>{t('duty.team')}</h2>
        <div className={css.team}>
          {working.length === 0 && <p className={css.note}>{t('duty.nobody')}</p>}
          {working.slice(0, 12).map(({ id, name }) => (
            <p key={id} className={css.agent}>
              <Avatar name={name} />
              <span dir="auto">{id === duty.user ? t('duty.you', { name }) : name}</span>
            </p>
          ))}
          {working.length > 12 && <p className={css.note}>+{working.length - 12}</p>}
        </div>
        <h2 className={css.title}>{t('duty.alerts')}</h2>
        <div className={css.alerts}>
          <Switch
            label={t('duty.sound')}
            checked={sound}
            onChange={({ currentTarget }) => {
              setSound(currentTarget.checked);
              hear(currentTarget.checked);
            }}
          />
          {notices === 'default' ? (
            <Button variant="default" size="xs" onClick={() => void askForNotices().then(() => setNotices(noticePermission()))}>
              {t('duty.allow')}
            </Button>
          ) : (
            notices !== 'unsupported' && (
              <p className={css.note}>
                {notices === 'granted' ? t('duty.allowed') : `${t('duty.notices')}: ${t('duty.denied')}`}
              </p>
            )
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
