import { Menu, SegmentedControl, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery, signOut } from '../api/account';
import { desk } from '../live/desk';
import { BotIcon, ChatIcon, DownIcon, HomeIcon, Mark, SignOutIcon } from '../parts/icons';
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
      <div className={css.side}>
        <Link to="/" className={css.brand} aria-label={t('nav.home')}>
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
      </div>
      <main className={css.main} id="content" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

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
        <UnstyledButton className={css.account} aria-label={t('account.menu', { business })}>
          <span className={css.initial} aria-hidden="true">
            {business.trim().charAt(0).toLocaleUpperCase() || '·'}
          </span>
          <span className={css.business}>{business}</span>
          <DownIcon size={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={css.who}>
          <strong>{business}</strong>
          <span>{me?.user.email}</span>
        </div>
        <div className={css.scheme}>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={t('account.theme')}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as typeof colorScheme)}
            data={[
              { value: 'auto', label: t('account.system') },
              { value: 'light', label: t('account.light') },
              { value: 'dark', label: t('account.dark') },
            ]}
          />
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<SignOutIcon size={16} />} onClick={() => void leave()}>
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
