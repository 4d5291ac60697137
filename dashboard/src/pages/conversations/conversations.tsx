import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { botsQuery } from '../../api/bots';
import { conversationsQuery, statuses } from '../../api/conversations';
import { useLiveInbox } from '../../live/use-desk';
import { ChatIcon } from '../../parts/icons';
import { Empty, Failure, Loading } from '../../parts/states';
import { useTitle } from '../../parts/use-title';
import css from './conversations.module.css';
import { ConversationRow } from './row';

/** While nothing is announced: how often the list is asked for. */
const pollEvery = 4000;

export default function Conversations() {
  const { t } = useTranslation();
  useTitle(t('conversations.title'));
  const { status } = useSearch({ from: '/app/conversations' });
  const { conversation: open } = useParams({ strict: false });
  const live = useLiveInbox();
  const list = useInfiniteQuery({ ...conversationsQuery(status), refetchInterval: live ? false : pollEvery });
  const bots = useQuery(botsQuery).data ?? [];
  const botName = (id: string) => (bots.length > 1 ? bots.find((bot) => bot.id === id)?.name : undefined);
  const conversations = list.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <div className={css.inbox} data-open={open !== undefined}>
      <div className={css.list}>
        <header className={css.head}>
          <h1>{t('conversations.title')}</h1>
          <span className={css.live} data-live={live} role="status">
            {live ? t('conversations.live') : t('conversations.polling')}
          </span>
          <nav className={css.filters} aria-label={t('conversations.filter')}>
            {[undefined, ...statuses].map((choice) => (
              <Link
                key={choice ?? 'all'}
                to="."
                search={{ status: choice }}
                activeOptions={{ exact: true, includeSearch: true }}
                className={css.filter}
                aria-current={choice === status ? 'true' : undefined}
              >
                {choice ? t(`conversations.filters.${choice}`) : t('conversations.all')}
              </Link>
            ))}
          </nav>
        </header>
        <div className={css.scroll}>
          {list.isPending ? (
            <div className={css.padded}>
              <Loading lines={6} />
            </div>
          ) : list.isError ? (
            <div className={css.padded}>
              <Failure error={list.error} retry={() => void list.refetch()} />
            </div>
          ) : conversations.length === 0 ? (
            status ? (
              <Empty title={t('conversations.noneSuch')} />
            ) : (
              <Empty icon={<ChatIcon />} title={t('conversations.empty')}>
                {t('conversations.emptyText')}
              </Empty>
            )
          ) : (
            <>
              <ul className={css.rows}>
                {conversations.map((conversation) => (
                  <li key={conversation.id}>
                    <ConversationRow conversation={conversation} bot={botName(conversation.bot)} />
                  </li>
                ))}
              </ul>
              {list.hasNextPage && (
                <div className={css.padded}>
                  <Button variant="default" fullWidth loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                    {t('more')}
                  </Button>
                </div>
              )}
            </>
          )}
        </div>
      </div>
      <div className={css.beside}>
        <Outlet />
      </div>
    </div>
  );
}

/** Beside the list while no conversation is chosen. */
export function NothingChosen() {
  const { t } = useTranslation();
  return (
    <div className={css.nothing}>
      <Empty icon={<ChatIcon />} title={t('conversations.choose')} />
    </div>
  );
}
