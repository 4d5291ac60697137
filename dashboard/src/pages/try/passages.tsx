import { useTranslation } from 'react-i18next';
import type { Passage } from '../../api/types';
import { percent } from '../../i18n/format';
import { Quote } from '../../parts/quote';
import css from './try.module.css';

/** What retrieval found, best first, with bars to compare. */
export function PassageList({ passages }: { passages: Passage[] }) {
  const { t } = useTranslation();
  const best = Math.max(...passages.map((passage) => passage.score), Number.MIN_VALUE);
  return (
    <ol className={css.passages}>
      {passages.map((passage, i) => (
        <li key={i} className={css.passage}>
          <div className={css.top}>
            <span className={css.rank}>{i + 1}</span>
            {passage.url ? (
              <a className={css.title} href={passage.url} target="_blank" rel="noopener noreferrer">
                {passage.title}
              </a>
            ) : (
              <span className={css.title}>{passage.title}</span>
            )}
            {passage.page ? <span className={css.meta}>{t('try.page', { page: passage.page })}</span> : null}
          </div>
          <div className={css.score}>
            <span className={css.track} aria-hidden="true">
              <span className={css.fill} style={{ width: `${(passage.score / best) * 100}%` }} />
            </span>
            <span className={css.meta}>{t('try.covers', { share: percent(passage.confidence) })}</span>
          </div>
          <div className={css.quote}>
            <Quote text={passage.text} />
          </div>
        </li>
      ))}
    </ol>
  );
}
