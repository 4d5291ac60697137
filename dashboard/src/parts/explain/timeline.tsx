import { useTranslation } from 'react-i18next';
import { took } from '../../i18n/format';
import css from './explain.module.css';
import { steps, type Times } from './steps';

/** Where an answer's time went. */
export function Timeline({ times }: { times: Times }) {
  const { t } = useTranslation();
  const all = steps(times);
  // Shares of the whole: what grows by less than 1 in all would not fill the line.
  const whole = (all.at(-1)?.end ?? 0) / 100 || 1;
  return (
    <>
      <div className={css.timeline} aria-hidden="true">
        {all.map(({ name, start, end }) => (
          <span key={name} data-step={name} style={{ flexGrow: (end - start) / whole }} />
        ))}
      </div>
      <ol className={css.steps}>
        {all.map(({ name, start, end }) => (
          <li key={name}>
            <span className={css.dot} data-step={name} aria-hidden="true" />
            {t(`trace.step.${name}`)}
            <span className={css.took}>{took(end - start)}</span>
            <span className={css.until}>{t('trace.until', { time: took(end) })}</span>
          </li>
        ))}
      </ol>
      {!times.ended_ms && <p className={css.note}>{t('trace.cut')}</p>}
    </>
  );
}
