import { ActionIcon, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deleteSource, sourcesChanged } from '../../api/sources';
import type { Source } from '../../api/types';
import { bytes, count } from '../../i18n/format';
import { Badge, type Tone } from '../../parts/badge';
import { Confirm } from '../../parts/confirm';
import { FileIcon, GlobeIcon, QuestionIcon, TextIcon, TrashIcon } from '../../parts/icons';
import { Ago } from '../../parts/time';
import css from './knowledge.module.css';

export function SourceTable({ bot, sources }: { bot: string; sources: Source[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Source>();
  const [asking, setAsking] = useState(false);
  const removing = useMutation({
    mutationFn: (source: Source) => deleteSource(bot, source.id),
    onSuccess: async () => {
      setAsking(false);
      await sourcesChanged(client, bot);
    },
  });

  return (
    <>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('knowledge.column.source')}</th>
            <th scope="col">{t('knowledge.column.state')}</th>
            <th scope="col" className={css.number}>
              {t('knowledge.column.passages')}
            </th>
            <th scope="col" className={css.number}>
              {t('knowledge.column.size')}
            </th>
            <th scope="col">{t('knowledge.column.added')}</th>
            <th>
              <span className="hidden-visually">{t('knowledge.column.delete')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <Row
              key={source.id}
              source={source}
              onDelete={() => {
                removing.reset();
                setAsked(source);
                setAsking(true);
              }}
            />
          ))}
        </tbody>
      </table>
      <Confirm
        opened={asking}
        title={t('knowledge.delete.title', { title: asked?.title ?? '' })}
        verb={t('knowledge.delete.verb')}
        busy={removing.isPending}
        error={removing.error}
        onConfirm={() => asked && removing.mutate(asked)}
        onCancel={() => setAsking(false)}
      >
        {t('knowledge.delete.text')}
      </Confirm>
    </>
  );
}

const icons: Record<Source['kind'], typeof FileIcon> = {
  file: FileIcon,
  url: GlobeIcon,
  site: GlobeIcon,
  faq: QuestionIcon,
  text: TextIcon,
};

function Row({ source, onDelete }: { source: Source; onDelete: () => void }) {
  const { t } = useTranslation();
  const Icon = icons[source.kind];
  const hasPassages = source.state === 'ready' || source.passages > 0;
  return (
    <tr>
      <th scope="row">
        <div className={css.source}>
          <Icon size={18} />
          <div className={css.words}>
            {source.url ? (
              <a className={css.title} href={source.url} target="_blank" rel="noopener noreferrer" title={source.url}>
                {source.title || source.url}
              </a>
            ) : (
              <span className={css.title} title={source.title}>
                {source.title}
              </span>
            )}
            {source.state === 'failed' && source.error && <span className={css.error}>{source.error}</span>}
          </div>
        </div>
      </th>
      <td>
        <State source={source} />
      </td>
      <td className={css.number} data-none={!hasPassages} data-label={t('knowledge.column.passages').toLocaleLowerCase()}>
        {hasPassages ? count(source.passages) : '–'}
      </td>
      <td className={css.number}>
        {source.size > 0 ? bytes(source.size) : '–'}
      </td>
      <td className={css.when}>
        <Ago at={source.created_at} />
      </td>
      <td className={css.tools}>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('knowledge.delete.label', { title: source.title })} onClick={onDelete}>
          <TrashIcon size={18} />
        </ActionIcon>
      </td>
    </tr>
  );
}

const tones: Record<Source['state'], Tone> = { queued: 'neutral', reading: 'info', ready: 'success', failed: 'danger' };

function State({ source }: { source: Source }) {
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
