import { Button, UnstyledButton } from '@mantine/core';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type OperatedTenantDetail, type Visit, visitor } from '../../api/operator';
import type { WireEvent } from '../../api/types';
import { clock } from '../../i18n/format';
import '../../i18n/operator';
import { Badge } from '../../parts/badge';
import { Card, Page } from '../../parts/page';
import { Empty, Failure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import css from './operator.module.css';

interface Props {
  tenant: OperatedTenantDetail;
  visit: Visit;
  leave: () => void;
}

/** What an operator sees of a business whose owner allows it. */
export function Visiting({ tenant, visit, leave }: Props) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const read = useMemo(() => visitor(visit.access_token, () => setOver(true)), [visit]);
  const [bot, setBot] = useState<{ id: string; name: string }>();
  const [chat, setChat] = useState<string>();
  // Nothing of a visit outlives it.
  const asked = { retry: false, gcTime: 0 } as const;
  const bots = useQuery({ queryKey: ['visit', visit.access_token, 'bots'], queryFn: read.bots, ...asked });
  const chats = useQuery({ queryKey: ['visit', visit.access_token, 'chats'], queryFn: read.conversations, ...asked });

  return (
    <Page title={tenant.name}>
      <p className={css.visiting} role="status">
        <span>{t('operator.visiting', { name: tenant.name, time: clock(new Date(visit.expires_at)) })}</span>
        <Button size="sm" onClick={leave}>
          {t('operator.leave')}
        </Button>
      </p>
      {over ? (
        <Empty title={t('operator.over')}>{t('operator.overText')}</Empty>
      ) : (
        <div className={css.column}>
          <Card title={t('operator.bots')}>
            <Listed query={bots} none={t('operator.noBots')}>
              {(one) => (
                <UnstyledButton className={css.row} aria-expanded={bot?.id === one.id} onClick={() => setBot(one)}>
                  <span>{one.name}</span>
                </UnstyledButton>
              )}
            </Listed>
          </Card>
          {bot && <Sources key={bot.id} bot={bot} read={() => read.sources(bot.id)} name={[visit.access_token, bot.id]} />}
          <Card title={t('operator.chats')}>
            <Listed query={chats} none={t('operator.noChats')}>
              {(one) => (
                <UnstyledButton className={css.row} aria-expanded={chat === one.id} onClick={() => setChat(one.id)}>
                  <span>{one.preview || one.id}</span>
                  <span className={css.dim}>
                    <Ago at={one.updated_at} />
                  </span>
                </UnstyledButton>
              )}
            </Listed>
          </Card>
          {chat && <Chat key={chat} id={chat} read={() => read.events(chat)} name={[visit.access_token, chat]} />}
        </div>
      )}
    </Page>
  );
}

/** A list in each of its states. */
function Listed<T extends { id: string }>({ query, none, children }: { query: UseQueryResult<T[]>; none: string; children: (one: T) => ReactNode }) {
  if (query.isPending) return <Loading lines={2} />;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (query.data.length === 0) return <p className={css.dim}>{none}</p>;
  return (
    <ul className={css.list}>
      {query.data.map((one) => (
        <li key={one.id}>{children(one)}</li>
      ))}
    </ul>
  );
}

type SourceRow = Awaited<ReturnType<ReturnType<typeof visitor>['sources']>>[number];

function Sources({ bot, read, name }: { bot: { name: string }; read: () => Promise<SourceRow[]>; name: string[] }) {
  const { t } = useTranslation();
  const sources = useQuery({ queryKey: ['visit', ...name], queryFn: read, retry: false, gcTime: 0 });
  return (
    <Card title={t('operator.knows', { name: bot.name })}>
      <Listed query={sources} none={t('operator.noSources')}>
        {(one) => (
          <div className={css.row}>
            <span>
              {one.title}
              {one.error && <span className={css.warning}> {one.error}</span>}
            </span>
            <Badge tone={one.state === 'failed' ? 'danger' : one.state === 'ready' ? 'success' : 'info'}>{one.state}</Badge>
          </div>
        )}
      </Listed>
    </Card>
  );
}

function Chat({ id, read, name }: { id: string; read: () => Promise<WireEvent[]>; name: string[] }) {
  const { t } = useTranslation();
  const events = useQuery({
    queryKey: ['visit', ...name],
    queryFn: async () => (await read()).flatMap(saidIn),
    retry: false,
    gcTime: 0,
  });
  return (
    <Card title={t('operator.chat', { id })}>
      <Listed query={events} none={t('operator.noChats')}>
        {({ from, text }) => (
          <p className={css.said}>
            <strong>{t(`operator.from.${from}`)}</strong> {text}
          </p>
        )}
      </Listed>
    </Card>
  );
}

/** What an event says, if it says something. */
function saidIn(event: WireEvent): { id: string; from: 'visitor' | 'bot' | 'agent'; text: string }[] {
  const said = event.data as { text?: string; author?: { kind?: string } };
  if (!said.text) return [];
  const kind = said.author?.kind;
  return [{ id: String(event.seq), from: kind === 'visitor' || kind === 'agent' ? kind : 'bot', text: said.text }];
}
