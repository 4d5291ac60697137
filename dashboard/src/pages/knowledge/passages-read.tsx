import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { passagesQuery } from '../../api/sources';
import type { Source } from '../../api/types';
import { Card } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import css from './source.module.css';

/** The text as the bot has it: whoever wonders about an answer looks here first. */
export function PassagesRead({ bot, source }: { bot: string; source: Source }) {
  const { t } = useTranslation();
  const passages = useInfiniteQuery(passagesQuery(bot, source.id));
  const list = passages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t('knowledge.read.title')} note={t('knowledge.read.note')}>
      {passages.isPending ? (
        <Loading lines={3} />
      ) : passages.isError ? (
        <Failure error={passages.error} retry={() => void passages.refetch()} />
      ) : list.length === 0 ? (
        <p className={css.dim}>{t('knowledge.read.none')}</p>
      ) : (
        <ol className={css.list}>
          {list.map((passage, i) => (
            <li key={i} className={css.passage}>
              <p className={css.where}>
                {place(source.kind === 'site' ? passage.title : '', passage.headings)}
                {passage.page ? ` · ${t('try.page', { page: passage.page })}` : ''}
              </p>
              <p className={css.text}>{passage.text}</p>
            </li>
          ))}
        </ol>
      )}
      {passages.hasNextPage && (
        <Button variant="default" loading={passages.isFetchingNextPage} onClick={() => void passages.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </Card>
  );
}

/** Where a passage stands. Most pages begin with their title. */
function place(title: string, headings: string[]): string {
  return (title && title !== headings[0] ? [title, ...headings] : headings).join(' › ');
}
