import { Progress } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Source } from '../../api/types';
import { count } from '../../i18n/format';
import { Badge, type Tone } from '../../parts/badge';
import css from './knowledge.module.css';

const tones: Record<Source['state'], Tone> = { queued: 'neutral', reading: 'info', ready: 'success', failed: 'danger' };

/** How far a source is. */
export function SourceState({ source }: { source: Source }) {
  const { t } = useTranslation();
  const { state, pages, pages_read: read, title } = source;
  return (
    <div className={css.state}>
      <Badge tone={tones[state]}>{t(`knowledge.state.${state}`)}</Badge>
      {state === 'reading' && pages > 1 && (
        <>
          <Progress className={css.progress} value={(read / pages) * 100} size={4} aria-label={t('knowledge.state.progress', { title })} />
          <span className={css.meta}>{t('knowledge.state.pages', { read: count(read), pages: count(pages) })}</span>
        </>
      )}
    </div>
  );
}
