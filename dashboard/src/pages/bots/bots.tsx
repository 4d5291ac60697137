import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { botsQuery } from '../../api/bots';
import type { Bot } from '../../api/types';
import { Badge } from '../../parts/badge';
import { BotIcon, PlusIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { Empty, Failure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import { BotMark } from './bot-mark';
import css from './bots.module.css';

export function Bots() {
  const { t } = useTranslation();
  const bots = useQuery(botsQuery);
  const newBot = (
    <Button leftSection={<PlusIcon size={16} />} renderRoot={(props) => <Link to="/bots/new" {...props} />}>
      {t('bots.new')}
    </Button>
  );
  return (
    <Page
      title={t('nav.bots')}
      state={bots.data && bots.data.length > 0 ? t('bots.count', { count: bots.data.length }) : undefined}
      action={bots.data && bots.data.length > 0 ? newBot : undefined}
    >
      {bots.isPending ? (
        <Loading />
      ) : bots.isError ? (
        <Failure error={bots.error} retry={() => void bots.refetch()} />
      ) : bots.data.length === 0 ? (
        <Empty icon={<BotIcon />} title={t('bots.empty')} action={newBot}>
          {t('bots.emptyText')}
        </Empty>
      ) : (
        <ul className={css.list}>
          {bots.data.map((bot) => (
            <li key={bot.id}>
              <Row bot={bot} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function Row({ bot }: { bot: Bot }) {
  const { t } = useTranslation();
  const domains = bot.domains;
  return (
    <Link to="/bots/$bot/knowledge" params={{ bot: bot.id }} className={css.row}>
      <BotMark bot={bot} />
      <span className={css.name}>{bot.name}</span>
      <span className={css.where}>
        {domains.length > 0 ? <Badge tone="success">{domains.slice(0, 2).join(', ')}{domains.length > 2 ? ` +${domains.length - 2}` : ''}</Badge> : <Badge>{t('bots.nowhere')}</Badge>}
      </span>
      <span className={css.when}>
        <Ago at={bot.updated_at} />
      </span>
    </Link>
  );
}
