import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type OperatedTenant, type TenantFilter, tenantsQuery } from '../../api/operator';
import '../../i18n/operator';
import { Badge } from '../../parts/badge';
import { PeopleIcon, SearchIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { Empty, Failure, Loading } from '../../parts/states';
import table from '../../parts/table.module.css';
import css from './operator.module.css';
import { useSold } from './use-sold';
import { micros, paid, statuses, tones, usedOf } from './words';

/** All businesses: what they have, use, pay and cost. */
export default function Tenants() {
  const { t } = useTranslation();
  const filter = useSearch({ from: '/app/owner/operator/tenants' });
  const list = useInfiniteQuery(tenantsQuery(filter));
  const tenants = list.data?.pages.flatMap(({ items }) => items) ?? [];
  // Those that somebody was seen to have: a plan may have left the catalogue.
  const [seen, setSeen] = useState<ReadonlyMap<string, string>>(new Map());
  const plans = useMemo(() => new Map([...seen, ...tenants.map(({ plan }) => [plan.id, plan.name] as const)]), [seen, list.data]);
  useEffect(() => setSeen((before) => (plans.size > before.size ? plans : before)), [plans]);
  const { hasNextPage, isFetching, fetchNextPage } = list;
  // A filter may leave a page empty although there are more.
  useEffect(() => {
    if (tenants.length === 0 && hasNextPage && !isFetching) void fetchNextPage();
  }, [tenants.length, hasNextPage, isFetching, fetchNextPage]);

  return (
    <Page title={t('operator.tenants')} state={t('operator.tenantsState')}>
      <Filters filter={filter} plans={plans} />
      {list.isError ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending || (tenants.length === 0 && hasNextPage) ? (
        <Loading lines={8} />
      ) : tenants.length === 0 ? (
        <Empty icon={<PeopleIcon />} title={t('operator.none')}>
          {t('operator.noneText')}
        </Empty>
      ) : (
        <>
          <Table tenants={tenants} />
          {hasNextPage && (
            <div className={css.more}>
              <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {t('more')}
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function Filters({ filter, plans }: { filter: TenantFilter; plans: ReadonlyMap<string, string> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState(filter.text ?? '');
  const [settled] = useDebouncedValue(typed.trim(), 300);
  const narrow = (change: TenantFilter) =>
    void navigate({ to: '/operator/tenants', search: (search: TenantFilter) => ({ ...search, ...change }), replace: true });
  useEffect(() => {
    if (settled !== (filter.text ?? '')) narrow({ text: settled || undefined });
  }, [settled]);
  return (
    <div className={css.filters} role="search">
      <TextInput
        size="sm"
        label={t('operator.find')}
        leftSection={<SearchIcon size={16} />}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <NativeSelect
        size="sm"
        label={t('operator.status')}
        value={filter.status ?? ''}
        onChange={({ currentTarget }) => narrow({ status: statuses.find((known) => known === currentTarget.value) })}
        data={[{ value: '', label: t('operator.anyStatus') }, ...statuses.map((status) => ({ value: status, label: t(`operator.statuses.${status}`) }))]}
      />
      <NativeSelect
        size="sm"
        label={t('operator.plan')}
        value={filter.plan ?? ''}
        onChange={({ currentTarget }) => narrow({ plan: currentTarget.value || undefined })}
        data={[{ value: '', label: t('operator.anyPlan') }, ...[...plans].filter(([id]) => id !== '').map(([id, name]) => ({ value: id, label: name }))]}
      />
    </div>
  );
}

function Table({ tenants }: { tenants: OperatedTenant[] }) {
  const { t } = useTranslation();
  const sold = useSold();
  return (
    <div className={table.scroll} tabIndex={0} role="region" aria-label={t('operator.tenants')}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t('operator.name')}</th>
            <th scope="col">{t('operator.plan')}</th>
            <th scope="col">{t('operator.status')}</th>
            <th scope="col" className={css.figure}>
              {t('operator.answers')}
            </th>
            {sold && (
              <th scope="col" className={css.figure}>
                {t('operator.pays')}
              </th>
            )}
            <th scope="col" className={css.figure}>
              {t('operator.cost')}
            </th>
            {sold && (
              <th scope="col" className={css.figure}>
                {t('operator.margin')}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {tenants.map((tenant) => (
            <Row key={tenant.id} tenant={tenant} sold={sold} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ tenant, sold }: { tenant: OperatedTenant; sold: boolean }) {
  const { t } = useTranslation();
  return (
    <tr>
      <th scope="row" className={css.name}>
        <Link to="/operator/tenants/$tenant" params={{ tenant: tenant.id }}>
          {tenant.name}
        </Link>
      </th>
      <td>{tenant.plan.name}</td>
      <td>
        <Standing tenant={tenant} />
      </td>
      <td className={css.figure}>
        <Answers tenant={tenant} />
      </td>
      {sold && <td className={css.figure}>{paid(tenant) ?? t('operator.nothing')}</td>}
      <td className={css.figure}>{micros(tenant.cost_micros) ?? t('operator.unknown')}</td>
      {sold && <td className={css.figure}>{micros(tenant.margin_micros) ?? t('operator.unknown')}</td>}
    </tr>
  );
}

/** Where a business stands, and why. */
export function Standing({ tenant }: { tenant: OperatedTenant }) {
  const { t } = useTranslation();
  return (
    <span className={css.badges}>
      <Badge tone={tones[tenant.status]}>{t(`operator.statuses.${tenant.status}`)}</Badge>
      {tenant.reason && <Badge>{t(`operator.reasons.${tenant.reason}`)}</Badge>}
      {tenant.shut_out && <Badge tone="danger">{t('operator.shutOut')}</Badge>}
    </span>
  );
}

function Answers({ tenant }: { tenant: OperatedTenant }) {
  const { t } = useTranslation();
  const { used, limit } = usedOf(tenant.answers);
  return limit === null ? used : t('operator.ofLimit', { used, limit });
}
