import type { ReactNode } from 'react';
import { Mark } from '../../parts/icons';
import { useTitle } from '../../parts/use-title';
import css from './gate.module.css';

/** The frame around what is seen before signing in. */
export function Gate({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  useTitle(title);
  return (
    <main className={css.gate}>
      <div className={css.card}>
        <div className={css.brand}>
          <Mark size={28} />
          <span>Parley</span>
        </div>
        <div>
          <h1>{title}</h1>
          <p className={css.note}>{note}</p>
        </div>
        {children}
      </div>
    </main>
  );
}
