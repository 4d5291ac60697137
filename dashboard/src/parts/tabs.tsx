import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import css from './tabs.module.css';

export interface Tab {
  to: LinkProps['to'];
  params?: Record<string, string>;
  name: string;
  /** Behind the name. */
  aside?: ReactNode;
  /** Where its own address is the beginning of others'. */
  exact?: boolean;
}

/** The way between pages that belong together. On a phone they go beyond the window: the one that is open is brought into it. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // What scrolls returns a promise in some browsers, which an effect must not.
  useEffect(() => void nav.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest', inline: 'center' }), [pathname]);
  return (
    <nav ref={nav} className={css.tabs} aria-label={label}>
      {tabs.map(({ to, params, name, aside, exact = false }) => (
        <Link key={to} to={to as '/'} params={params as never} activeOptions={{ exact, includeSearch: false }} className={css.tab}>
          {name}
          {aside}
        </Link>
      ))}
    </nav>
  );
}
