import type { ReactNode } from 'react';
import css from './meter.module.css';

interface Props {
  name: string;
  used: number;
  /** null: there is none, and no bar. */
  limit: number | null;
  /** Both in words. */
  text: string;
  /** Below the bar. */
  note?: ReactNode;
}

/** How much of something is used. What is nearly or wholly used up is told in words too, by whoever shows it. */
export function Meter({ name, used, limit, text, note }: Props) {
  const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit);
  return (
    <div className={css.meter}>
      <div className={css.words}>
        <span>{name}</span>
        <span className={css.text}>{text}</span>
      </div>
      {limit !== null && (
        <div className={css.bar} role="meter" aria-label={name} aria-valuemin={0} aria-valuemax={limit} aria-valuenow={Math.min(used, limit)} aria-valuetext={text} data-tone={toneOf(share)}>
          <span className={css.fill} style={{ width: `${100 * share}%` }} />
        </div>
      )}
      {note && <p className={css.note}>{note}</p>}
    </div>
  );
}

/** As banners and mails have it: from 80 % on, and at the limit. */
const toneOf = (share: number) => (share >= 1 ? 'full' : share >= 0.8 ? 'nearly' : 'fine');
