import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { botsQuery } from '../../api/bots';
import { conversationsQuery } from '../../api/conversations';
import { sourcesQuery } from '../../api/sources';
import type { Bot } from '../../api/types';
import { useLiveInbox } from '../../live/use-desk';
import { Card, Page } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import { ConversationRow } from '../conversations/row';
import { Checklist } from './checklist-card';
import { next, remembersTrying } from './checklist';
import css from './home.module.css';

export function Home() {
  const { t } = useTranslation();
  const me = useQuery(meQuery).data;
  const bots = useQuery(botsQuery);

  // The checklist is about the first bot: the one made earliest.
  const first = bots.data?.reduce<Bot | undefined>(
    (oldest, bot) => (!oldest || bot.created_at < oldest.created_at ? bot : oldest),
    undefined,
  );
  return (
    <Page title={me?.tenant.name || t('nav.home')} state={bots.data && bots.data.length > 0 ? t('bots.count', { count: bots.data.length }) : undefined}>
      {bots.isPending ? (
        <Loading lines={5} />
      ) : bots.isError ? (
        <Failure error={bots.error} retry={() => void bots.refetch()} />
      ) : first ? (
        <Progress bot={first} />
      ) : (
        <Checklist facts={{ sources: [], tried: false, conversations: [], origin: window.location.origin }} />
      )}
    </Page>
  );
}

function Progress({ bot }: { bot: Bot }) {
  const { t } = useTranslation();
  const live = useLiveInbox();
  const sources = useInfiniteQuery(sourcesQuery(bot.id));
  const conversations = useInfiniteQuery({ ...conversationsQuery(), refetchInterval: live ? false : 5000 });
  if (sources.isError) return <Failure error={sources.error} retry={() => void sources.refetch()} />;
  if (conversations.isError) return <Failure error={conversations.error} retry={() => void conversations.refetch()} />;
  if (sources.isPending || conversations.isPending) return <Loading lines={5} />;

  const latest = conversations.data.pages.flatMap((page) => page.items);
  const facts = {
    bot,
    sources: sources.data.pages.flatMap((page) => page.items),
    tried: remembersTrying(bot.id),
    conversations: latest,
    origin: window.location.origin,
  };
  return (
    <>
      {next(facts) !== undefined && <Checklist facts={facts} />}
      {latest.length > 0 && (
        <Card title={t('home.latest')}>
          <ul className={css.rows}>
            {latest.slice(0, 6).map((conversation) => (
              <li key={conversation.id}>
                <ConversationRow conversation={conversation} />
              </li>
            ))}
          </ul>
          <Link to="/conversations">{t('home.all')}</Link>
        </Card>
      )}
    </>
  );
}
