import { Button, Menu, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { auditFile, auditQuery } from '../../api/audit';
import { membersQuery } from '../../api/members';
import '../../i18n/business';
import { DownIcon, ListIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { Empty, Failure, Loading } from '../../parts/states';
import { actionWords, usual } from './action';
import css from './audit.module.css';
import { AuditTable } from './audit-table';
import { type Filter, queryOf } from './filter';

/** Who did what, when and from where. */
export default function Audit() {
  const { t } = useTranslation();
  const filter = useSearch({ from: '/app/owner/settings/audit' });
  const asked = queryOf(filter);
  const log = useInfiniteQuery(auditQuery(asked));
  const entries = log.data?.pages.flatMap(({ items }) => items) ?? [];
  const narrowed = Object.values(filter).some(Boolean);

  return (
    <Page title={t('audit.title')} state={t('audit.state')} action={<Export {...asked} />}>
      <Filters filter={filter} />
      {log.isPending ? (
        <Loading lines={8} />
      ) : log.isError ? (
        <Failure error={log.error} retry={() => void log.refetch()} />
      ) : entries.length === 0 ? (
        <Empty icon={<ListIcon />} title={t(narrowed ? 'audit.none' : 'audit.empty')}>
          {t(narrowed ? 'audit.noneText' : 'audit.emptyText')}
        </Empty>
      ) : (
        <>
          <AuditTable entries={entries} />
          {log.hasNextPage && (
            <div className={css.more}>
              <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                {t('more')}
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function Filters({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const members = useQuery(membersQuery).data ?? [];
  const narrow = (change: Partial<Filter>) =>
    void navigate({ to: '/settings/audit', search: (search: Filter) => ({ ...search, ...change }), replace: true });
  const chosen = (value: string) => value || undefined;
  const actions = filter.action && !usual.some((action) => action === filter.action) ? [...usual, filter.action] : usual;
  return (
    <div className={css.filters} role="search">
      <NativeSelect
        size="sm"
        label={t('audit.who')}
        value={filter.actor ?? ''}
        onChange={({ currentTarget }) => narrow({ actor: chosen(currentTarget.value) })}
        data={[{ value: '', label: t('audit.anybody') }, ...members.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <NativeSelect
        size="sm"
        label={t('audit.what')}
        value={filter.action ?? ''}
        onChange={({ currentTarget }) => narrow({ action: chosen(currentTarget.value) })}
        data={[{ value: '', label: t('audit.anything') }, ...actions.map((action) => ({ value: action, label: actionWords(action) }))]}
      />
      <TextInput
        size="sm"
        type="date"
        label={t('audit.from')}
        value={filter.from ?? ''}
        max={filter.to}
        onChange={({ currentTarget }) => narrow({ from: chosen(currentTarget.value) })}
      />
      <TextInput
        size="sm"
        type="date"
        label={t('audit.to')}
        value={filter.to ?? ''}
        min={filter.from}
        onChange={({ currentTarget }) => narrow({ to: chosen(currentTarget.value) })}
      />
      {Object.values(filter).some(Boolean) && (
        <Button variant="subtle" size="sm" onClick={() => void navigate({ to: '/settings/audit', search: {}, replace: true })}>
          {t('audit.clear')}
        </Button>
      )}
    </div>
  );
}

function Export(filter: Filter) {
  const { t } = useTranslation();
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" rightSection={<DownIcon size={16} />}>
          {t('audit.export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['csv', 'ndjson'] as const).map((format) => (
          <Menu.Item key={format} component="a" href={auditFile(format, filter)} download>
            {t(`audit.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
