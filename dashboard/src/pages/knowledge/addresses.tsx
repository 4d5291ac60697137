import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressesQuery } from '../../api/sources';
import type { Address, Source } from '../../api/types';
import { count } from '../../i18n/format';
import { Badge, type Tone } from '../../parts/badge';
import { Card } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import css from './source.module.css';

const tones: Record<Address['state'], Tone> = {
  waiting: 'neutral',
  read: 'success',
  unchanged: 'success',
  left: 'neutral',
  failed: 'danger',
  vanished: 'warning',
};

type Shown = Address['state'] | 'all';

/** What became of each address of a site, and why. */
export function Addresses({ bot, source }: { bot: string; source: Source }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown>('all');
  const addresses = useInfiniteQuery({
    ...addressesQuery(bot, source.id, shown === 'all' ? undefined : shown),
    refetchInterval: source.state === 'reading' ? 5000 : false,
  });
  const crawl = source.crawl;
  const counts: [Shown, number | undefined][] = [
    ['all', crawl?.found],
    ['read', crawl?.read],
    ['unchanged', crawl?.unchanged],
    ['left', crawl?.left],
    ['failed', crawl?.failed],
    ['vanished', crawl?.vanished],
  ];
  const list = addresses.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t('knowledge.addresses.title')} note={t('knowledge.addresses.note')}>
      <div className={css.filter}>
        <SegmentedControl
          aria-label={t('knowledge.addresses.filter')}
          value={shown}
          onChange={(value) => setShown(value as Shown)}
          data={counts
            .filter(([state, number]) => state === 'all' || state === shown || (number ?? 0) > 0)
            .map(([state, number]) => ({ value: state, label: `${t(`knowledge.addresses.${state}`)} ${number === undefined ? '' : count(number)}` }))}
        />
      </div>
      {addresses.isPending ? (
        <Loading lines={3} />
      ) : addresses.isError ? (
        <Failure error={addresses.error} retry={() => void addresses.refetch()} />
      ) : list.length === 0 ? (
        <p className={css.dim}>{t('knowledge.addresses.none')}</p>
      ) : (
        <ul className={css.list}>
          {list.map((address) => (
            <li key={address.url} className={css.address}>
              <span className={css.words}>
                <a href={address.url} title={address.url} target="_blank" rel="noopener noreferrer">
                  {withinSite(address.url)}
                </a>
                {address.why && <span className={css.dim}>{address.why}</span>}
              </span>
              {address.page && (
                <Link
                  className={css.aside}
                  to="/bots/$bot/knowledge/$source"
                  params={{ bot, source: address.page }}
                  aria-label={t('knowledge.addresses.textOf', { url: address.url })}
                >
                  {t('knowledge.addresses.text')}
                </Link>
              )}
              <Badge tone={tones[address.state]}>{t(`knowledge.addresses.${address.state}`)}</Badge>
            </li>
          ))}
        </ul>
      )}
      {addresses.hasNextPage && (
        <Button variant="default" loading={addresses.isFetchingNextPage} onClick={() => void addresses.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </Card>
  );
}

/** What tells the addresses of a site apart, as people read it. */
function withinSite(url: string): string {
  const { pathname, search } = new URL(url);
  try {
    return decodeURI(pathname) + search;
  } catch {
    return pathname + search; // escapes of another charset
  }
}
