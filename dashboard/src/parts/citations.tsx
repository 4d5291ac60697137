import { useTranslation } from 'react-i18next';
import type { Citation } from '../api/types';
import css from './citations.module.css';
import { FileIcon } from './icons';

/** What an answer cites, by the numbers in its text; `end`: where the bot speaks on the right. */
export function Citations({ citations, end = false }: { citations: Citation[]; end?: boolean }) {
  const { t } = useTranslation();
  return (
    <ul className={css.citations} data-end={end} aria-label={t('conversations.sources')}>
      {citations.map((citation, i) => (
        <li key={i} title={citation.quote}>
          <FileIcon size={14} />
          <span className={css.mark}>{citation.mark || i + 1}</span>
          {citation.url && /^https?:/.test(citation.url) ? (
            <a href={citation.url} target="_blank" rel="noopener noreferrer">
              {citation.title}
            </a>
          ) : (
            <span>{citation.title}</span>
          )}
          {citation.page ? <span className={css.meta}>{t('try.page', { page: citation.page })}</span> : null}
        </li>
      ))}
    </ul>
  );
}
