import { useTranslation } from 'react-i18next';
import type { Citation, PreviewPassage } from '../../api/types';
import { count, percent, score } from '../../i18n/format';
import list from '../list.module.css';
import { Quote } from '../quote';
import { isCited } from './cited';
import css from './explain.module.css';

interface Props {
  passages: PreviewPassage[];
  threshold: number;
  citations: Citation[];
}

/** What was found for a question, best first: how sure the search was of each, and which the answer cites. Everything is shown as text. */
export function PassageList({ passages, threshold, citations }: Props) {
  const { t } = useTranslation();
  if (passages.length === 0) return <p className={css.note}>{t('trace.nothing')}</p>;
  return (
    <>
      <p className={css.note}>{t('trace.threshold', { share: percent(threshold) })}</p>
      <ol className={list.list}>
        {passages.map((passage, i) => (
          <Row key={i} n={i + 1} passage={passage} threshold={threshold} cited={isCited(passage, i + 1, citations)} />
        ))}
      </ol>
    </>
  );
}

interface RowProps {
  n: number;
  passage: PreviewPassage;
  threshold: number;
  cited: boolean;
}

function Row({ n, passage, threshold, cited }: RowProps) {
  const { t } = useTranslation();
  const { title, headings, page, url, text, score: points, confidence, lexical_rank: words, vector_rank: meaning } = passage;
  const below = confidence < threshold;
  const name = [title, ...(headings ?? [])].filter((part, i, all) => part && part !== all[i - 1]).join(' › ');
  return (
    <li className={css.passage} data-cited={cited}>
      <p className={css.top}>
        <span className={css.rank}>{n}</span>
        {url && /^https?:/.test(url) ? (
          <a className={css.name} dir="auto" href={url} target="_blank" rel="noopener noreferrer">
            {name}
          </a>
        ) : (
          <span className={css.name} dir="auto">
            {name}
          </span>
        )}
        {page ? <span className={css.note}>{t('try.page', { page })}</span> : null}
        {cited && <span className={css.cited}>{t('trace.cited')}</span>}
      </p>
      <div className={css.score}>
        <span className={css.track} data-below={below} aria-hidden="true">
          <span className={css.fill} style={{ width: percentage(confidence) }} />
          <span className={css.tick} style={{ insetInlineStart: percentage(threshold) }} />
        </span>
        <span className={css.note}>
          {t('trace.sure', { share: percent(confidence) })}
          {below && `, ${t('trace.below')}`}
        </span>
        {(words !== undefined || meaning !== undefined) && (
          <span className={css.note}>
            {[words !== undefined && t('trace.byWords', { rank: count(words) }), meaning !== undefined && t('trace.byMeaning', { rank: count(meaning) })]
              .filter(Boolean)
              .join(', ')}
          </span>
        )}
        <span className={css.note}>{t('trace.score', { score: score(points) })}</span>
      </div>
      <Quote text={text} />
    </li>
  );
}

const percentage = (share: number) => `${Math.min(Math.max(share, 0), 1) * 100}%`;
