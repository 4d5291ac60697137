import { ActionIcon } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Source } from '../../api/types';
import { bytes, count } from '../../i18n/format';
import { FileIcon, GlobeIcon, QuestionIcon, TextIcon, TrashIcon } from '../../parts/icons';
import { Ago } from '../../parts/time';
import css from './knowledge.module.css';
import { useRemoval } from './remove';
import { SourceState } from './source-state';

export function SourceTable({ bot, sources }: { bot: string; sources: Source[] }) {
  const { t } = useTranslation();
  const removal = useRemoval(bot);

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
            <Row key={source.id} bot={bot} source={source} onDelete={() => removal.ask(source)} />
          ))}
        </tbody>
      </table>
      {removal.dialog}
    </>
  );
}

const icons: Record<Source['kind'], typeof FileIcon> = {
  file: FileIcon,
  url: GlobeIcon,
  site: GlobeIcon,
  faq: QuestionIcon,
  text: TextIcon,
  page: FileIcon,
};

function Row({ bot, source, onDelete }: { bot: string; source: Source; onDelete: () => void }) {
  const { t } = useTranslation();
  const Icon = icons[source.kind];
  const hasPassages = source.state === 'ready' || source.passages > 0;
  return (
    <tr>
      <th scope="row">
        <div className={css.source}>
          <Icon size={18} />
          <div className={css.words}>
            <Link className={css.title} to="/bots/$bot/knowledge/$source" params={{ bot, source: source.id }} title={source.url || source.title}>
              {source.title || source.url}
            </Link>
            {source.state === 'failed' && source.error && <span className={css.error}>{source.error}</span>}
            {source.state !== 'failed' && source.note && <span className={css.small}>{source.note}</span>}
          </div>
        </div>
      </th>
      <td>
        <SourceState source={source} />
      </td>
      <td className={css.number} data-none={!hasPassages} data-words={t('knowledge.passages', { count: source.passages, number: count(source.passages) })}>
        <span>{hasPassages ? count(source.passages) : '–'}</span>
      </td>
      <td className={css.number} data-none={source.size === 0}>
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
