import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type BillingComparison, compareNow, differencesQuery } from '../../api/operator';
import { ago } from '../../i18n/format';
import '../../i18n/operator';
import { CheckIcon, ClockIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { Empty, Failure, FormFailure, Loading } from '../../parts/states';
import table from '../../parts/table.module.css';
import css from './operator.module.css';

/** In what our contracts differ from those of the processor of payments. */
export default function Differences() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const last = useQuery(differencesQuery);
  const comparing = useMutation({ mutationFn: compareNow, onSuccess: (made) => client.setQueryData(differencesQuery.queryKey, made) });
  return (
    <Page
      title={t('operator.differences')}
      state={t('operator.differencesState')}
      action={
        <Button loading={comparing.isPending} onClick={() => comparing.mutate()}>
          {t('operator.compare')}
        </Button>
      }
    >
      <FormFailure error={comparing.error} />
      {last.isPending ? (
        <Loading />
      ) : last.isError ? (
        <Failure error={last.error} retry={() => void last.refetch()} />
      ) : (
        <Compared made={last.data} />
      )}
    </Page>
  );
}

function Compared({ made }: { made: BillingComparison }) {
  const { t } = useTranslation();
  if (!made.at) return <Empty icon={<ClockIcon />} title={t('operator.never')} />;
  const when = t('operator.compared', { count: made.contracts, when: ago(new Date(made.at)) });
  return (
    <div className={css.column}>
      {made.error && (
        <p className={css.warning} role="alert">
          {t('operator.stopped', { error: made.error })}
        </p>
      )}
      {made.items.length === 0 ? (
        <Empty icon={<CheckIcon />} title={t('operator.same')}>
          {when}
        </Empty>
      ) : (
        <>
          <p className={css.dim}>{when}</p>
          <Table made={made} />
        </>
      )}
    </div>
  );
}

function Table({ made }: { made: BillingComparison }) {
  const { t } = useTranslation();
  return (
    <div className={table.scroll} tabIndex={0} role="region" aria-label={t('operator.differences')}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t('operator.business')}</th>
            <th scope="col">{t('operator.contract')}</th>
            <th scope="col">{t('operator.differs')}</th>
            <th scope="col">{t('operator.ours')}</th>
            <th scope="col">{t('operator.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {made.items.map(({ tenant, contract, what, ours, theirs }) => (
            <tr key={`${contract} ${what}`}>
              <th scope="row">
                {tenant ? (
                  <Link to="/operator/tenants/$tenant" params={{ tenant }} className={css.code}>
                    {tenant}
                  </Link>
                ) : (
                  t('operator.unknown')
                )}
              </th>
              <td>
                <code className={css.code}>{contract}</code>
              </td>
              <td>{what}</td>
              <td>{ours}</td>
              <td>{theirs}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
