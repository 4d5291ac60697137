import { Outlet } from '@tanstack/react-router';
import { Notices } from './notices';
import css from './owner.module.css';

/** Owner's pages: one readable column. Conversations have the whole width instead. */
export function Owner() {
  return (
    <div className={css.column}>
      <Notices />
      <Outlet />
    </div>
  );
}
