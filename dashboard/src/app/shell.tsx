import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../api/account';
import { BotIcon, ChatIcon, CheckIcon, DownIcon, GearIcon, GlobeIcon, HomeIcon, InboxIcon, LabelIcon, Mark, PeopleIcon, PersonIcon, SignOutIcon } from '../parts/icons';
import { useMay } from '../parts/permission';
import { Businesses } from './businesses';
import { DutyMenu } from './duty';
import { useFeed } from './feed';
import css from './shell.module.css';
import { useKeyboard, useShortcuts } from './shortcuts';
import { Toasts } from './toasts';
import { useSignOut } from './use-sign-out';
import { useOtherWindows } from './windows';

const palette = () => import('./palette');
const keySheet = () => import('./key-sheet');
const Palette = lazy(palette);
const KeySheet = lazy(keySheet);

/** Pages for which a phone's bar has no room: there they are in the account's menu. */
const more = [
  { to: '/team', name: 'team', Icon: PeopleIcon },
  { to: '/replies', name: 'replies', Icon: ChatIcon },
  { to: '/labels', name: 'labels', Icon: LabelIcon },
  { to: '/settings', name: 'settings', Icon: GearIcon },
  { to: '/operator', name: 'operator', Icon: GlobeIcon },
] as const;

/** Those of them that the person can do something on. */
function usePages() {
  const manages = useMay('manage_tenant');
  const operates = useQuery(meQuery).data?.user.operator ?? false;
  return more.filter(({ name }) => (name === 'settings' ? manages : name === 'operator' ? operates : true));
}

/** What surrounds every page of a person who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const [over, setOver] = useState<'palette' | 'help'>();
  // The inbox needs the width: there the menu is its icons.
  const narrow = useRouterState({ select: ({ location }) => location.pathname.startsWith('/conversations') });
  const shown = usePages();
  useFeed();
  useOtherWindows();
  useKeyboard(over !== undefined);
  useSoon(fetchOverlays);
  const before = useRef<Element>(null);
  const lay = (what: 'palette' | 'help') => () => {
    if (!over) before.current = document.activeElement;
    setOver(what);
  };
  const close = () => {
    setOver(undefined);
    if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
  };
  useShortcuts({ palette: lay('palette'), help: lay('help') });

  return (
    <div className={css.shell} data-narrow={narrow}>
      <a className={css.skip} href="#content">
        {t('nav.skip')}
      </a>
      <header className={css.side}>
        <Link to="/" className={css.brand}>
          <Mark />
          <span>Parley</span>
        </Link>
        <nav className={css.nav} aria-label={t('nav.label')}>
          <Link to="/" activeOptions={{ exact: true }} className={css.item} title={t('nav.home')}>
            <HomeIcon />
            <span>{t('nav.home')}</span>
          </Link>
          <Link to="/bots" className={css.item} title={t('nav.bots')}>
            <BotIcon />
            <span>{t('nav.bots')}</span>
          </Link>
          <Link to="/conversations" className={css.item} title={t('nav.conversations')}>
            <InboxIcon />
            <span>{t('nav.conversations')}</span>
          </Link>
          {shown.map(({ to, name, Icon }) => (
            <Link key={to} to={to} className={css.item} data-more title={t(`nav.${name}`)}>
              <Icon />
              <span>{t(`nav.${name}`)}</span>
            </Link>
          ))}
        </nav>
        <DutyMenu />
        <AccountMenu />
      </header>
      <main className={css.main} id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <Toasts />
      <Suspense fallback={null}>
        {over === 'palette' && <Palette close={close} />}
        {over === 'help' && <KeySheet close={close} />}
      </Suspense>
    </div>
  );
}

/** So that they are there when their key is pressed; the page itself comes first. */
const fetchOverlays = () => void Promise.all([palette(), keySheet()]).catch(() => undefined); // the key asks again

function useSoon(work: () => void): void {
  useEffect(() => {
    const wish = setTimeout(work, 2000);
    return () => clearTimeout(wish);
  }, [work]);
}

const schemes = ['auto', 'light', 'dark'] as const;

function AccountMenu() {
  const { t } = useTranslation();
  const me = useQuery(meQuery).data;
  const leave = useSignOut();
  const shown = usePages();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  const business = me?.tenant.name ?? '';
  return (
    <Menu position="top-start" width={248} withinPortal={false}>
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
        <Businesses />
        {shown.map(({ to, name, Icon }) => (
          <Menu.Item key={to} className={css.more} leftSection={<Icon size={16} />} renderRoot={(props) => <Link to={to} {...props} />}>
            {t(`nav.${name}`)}
          </Menu.Item>
        ))}
        <Menu.Item leftSection={<PersonIcon size={16} />} renderRoot={(props) => <Link to="/profile" {...props} />}>
          {t('account.profile')}
        </Menu.Item>
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
