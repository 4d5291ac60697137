import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery, signOut } from '../api/account';
import { desk } from '../live/desk';
import { BotIcon, ChatIcon, CheckIcon, DownIcon, HomeIcon, Mark, SignOutIcon } from '../parts/icons';
import css from './shell.module.css';

/** What surrounds every page of a person who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  useEffect(() => {
    desk.start();
    return () => desk.stop();
  }, []);

  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">
        {t('nav.skip')}
      </a>
      <header className={css.side}>
        <Link to="/" className={css.brand}>
          <Mark />
          <span>Parley</span>
        </Link>
        <nav className={css.nav} aria-label={t('nav.label')}>
          <Link to="/" activeOptions={{ exact: true }} className={css.item}>
            <HomeIcon />
            {t('nav.home')}
          </Link>
          <Link to="/bots" className={css.item}>
            <BotIcon />
            {t('nav.bots')}
          </Link>
          <Link to="/conversations" className={css.item}>
            <ChatIcon />
            {t('nav.conversations')}
          </Link>
        </nav>
        <AccountMenu />
      </header>
      <main className={css.main} id="content" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

const schemes = ['auto', 'light', 'dark'] as const;

function AccountMenu() {
  const { t } = useTranslation();
  const me = useQuery(meQuery).data;
  const client = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  async function leave() {
    // Whatever the server says, this browser forgets.
    await signOut().catch(() => undefined);
    client.clear();
    await navigate({ to: '/sign-in' });
  }

  const business = me?.tenant.name ?? '';
  return (
    <Menu position="top-start" width={248}>
      <Menu.Target>
        <UnstyledButton className={css.account}>
          <span className="hidden-visually">{t('account.menu')}</span>
          <span className={css.initial} aria-hidden="true">
            {business.trim().charAt(0).toLocaleUpperCase() || '·'}
          </span>
          <span className={css.business}>{business}</span>
          <DownIcon size={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={css.who}>
          <strong>{business}</strong>
          <span>{me?.user.email}</span>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t('account.theme')}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}>
          {schemes.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme} checkIcon={<CheckIcon size={16} />}>
              {t(`account.${scheme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<SignOutIcon size={16} />} onClick={() => void leave()}>
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
