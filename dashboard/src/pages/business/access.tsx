import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { accessQuery, saveAccess } from '../../api/business';
import { asProblem } from '../../api/problem';
import type { Access as TenantAccess } from '../../api/types';
import '../../i18n/business';
import { parseAddresses } from '../../parts/addresses';
import { Card, Page } from '../../parts/page';
import { useProblemText } from '../../parts/problem-text';
import { LeaveGuard, SaveButton, useSaveState } from '../../parts/save';
import { Failure, Loading } from '../../parts/states';
import css from './business.module.css';

/** From which addresses the dashboard is reached. */
export default function Access() {
  const { t } = useTranslation();
  const access = useQuery(accessQuery);
  if (!access.data) {
    return (
      <Page title={t('access.title')}>
        {access.isError ? <Failure error={access.error} retry={() => void access.refetch()} /> : <Loading lines={3} />}
      </Page>
    );
  }
  return <Addresses access={access.data} />;
}

function Addresses({ access: { addresses: kept, yours } }: { access: TenantAccess }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit, formState, reset, getValues, setValue } = useForm({ defaultValues: { typed: kept.join('\n') } });
  const saving = useMutation({
    mutationFn: ({ typed }: { typed: string }) => saveAccess(parseAddresses(typed)),
    onSuccess: (understood) => {
      reset({ typed: understood.addresses.join('\n') });
      client.setQueryData(accessQuery.queryKey, understood);
    },
  });
  const problem = useProblemText(saving.error ? asProblem(saving.error) : undefined);
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });
  const still = !formState.isDirty && !saving.isSuccess;
  return (
    <Page
      title={t('access.title')}
      state={still ? t('access.state', { count: kept.length }) : state}
      action={<SaveButton form="access" busy={saving.isPending} />}
    >
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
      <div className={css.column}>
        <form id="access" onSubmit={handleSubmit((values) => saving.mutate(values))}>
          <Card title={t('access.from')} note={t('access.fromNote')}>
            <Textarea
              label={t('access.addresses')}
              description={t('access.addressesHint')}
              placeholder={'203.0.113.0/24\n2001:db8::/32'}
              minRows={4}
              maxRows={16}
              spellCheck={false}
              autoCapitalize="off"
              error={problem || undefined}
              {...register('typed')}
            />
            <p className={css.yours}>
              {t('access.yours', { address: yours })}
              <Button variant="default" size="xs" onClick={() => setValue('typed', withMine(getValues('typed'), yours), { shouldDirty: true })}>
                {t('access.add')}
              </Button>
            </p>
          </Card>
        </form>
        <p className={css.dim}>
          {t('access.others')} <Link to="/settings/keys">{t('access.toKeys')}</Link>
        </p>
      </div>
    </Page>
  );
}

function withMine(typed: string, mine: string): string {
  return [...parseAddresses(typed).filter((address) => address !== mine), mine].join('\n');
}
