import type { ReactNode } from 'react';
import type { Label } from '../../api/types';
import css from './label-mark.module.css';

/** A label: its colour is a dot, so that its words can be read whatever the colour is. */
export function LabelMark({ label, children }: { label: Label; children?: ReactNode }) {
  return (
    <span className={css.label} title={label.name}>
      <span className={css.dot} style={{ background: label.color }} />
      <span className={css.name} dir="auto">
        {label.name}
      </span>
      {children}
    </span>
  );
}
