import type { ReactNode } from 'react';
import { useTitle } from './use-title';
import css from './page.module.css';

/** An owner's page: its title, one line of state, and at most one primary action. */
export function Page({
  title,
  state,
  action,
  sticky = false,
  children,
}: {
  title: string;
  state?: ReactNode;
  action?: ReactNode;
  sticky?: boolean;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <div className={css.page}>
      <header className={css.header} data-sticky={sticky}>
        <div className={css.words}>
          <h1>{title}</h1>
          {state !== undefined && (
            <p className={css.state} aria-live="polite">
              {state}
            </p>
          )}
        </div>
        {action !== undefined && <div className={css.action}>{action}</div>}
      </header>
      {children}
    </div>
  );
}

/** A bordered part of a page. */
export function Card({ title, note, children }: { title?: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.card}>
      {title !== undefined && <h2>{title}</h2>}
      {note !== undefined && <p className={css.note}>{note}</p>}
      {children}
    </section>
  );
}
