import { Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { changeTenant, membershipsQuery, tenantQuery } from '../../api/business';
import { asProblem } from '../../api/problem';
import { secondFactorQuery } from '../../api/security';
import type { Tenant } from '../../api/types';
import { toast } from '../../app/toasts';
import '../../i18n/business';
import { Card, Page } from '../../parts/page';
import { LeaveGuard, SaveButton, useSaveState } from '../../parts/save';
import { Failure, FormFailure, Loading } from '../../parts/states';
import css from './business.module.css';

/** The business's name, and what it asks of everybody in it. */
export default function General() {
  const { t } = useTranslation();
  const tenant = useQuery(tenantQuery);
  if (!tenant.data) {
    return (
      <Page title={t('general.title')}>
        {tenant.isError ? <Failure error={tenant.error} retry={() => void tenant.refetch()} /> : <Loading lines={3} />}
      </Page>
    );
  }
  return <Named tenant={tenant.data} />;
}

function Named({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit, formState, reset } = useForm({ defaultValues: { name: tenant.name } });
  const saving = useMutation({
    mutationFn: ({ name }: { name: string }) => changeTenant({ name: name.trim() }),
    onSuccess: async (_, { name }) => {
      reset({ name: name.trim() });
      await Promise.all([tenantQuery, meQuery, membershipsQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })));
    },
  });
  const problem = saving.error ? asProblem(saving.error) : undefined;
  const atName = problem?.code === 'company_invalid' ? problem.message : undefined;
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });
  return (
    <Page title={t('general.title')} state={state} action={<SaveButton form="general" busy={saving.isPending} />}>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
      <div className={css.column}>
        <form id="general" onSubmit={handleSubmit((values) => saving.mutate(values))}>
          <Card title={t('general.business')}>
            <TextInput
              label={t('general.name')}
              description={t('general.nameHint')}
              autoComplete="organization"
              required
              withAsterisk={false}
              maxLength={100}
              dir="auto"
              error={atName}
              {...register('name')}
            />
            {!atName && <FormFailure error={saving.error} />}
          </Card>
        </form>
        <Card title={t('general.factor')}>
          <RequireFactor required={tenant.second_factor_required} />
        </Card>
      </div>
    </Page>
  );
}

/** Whoever asks others for a second factor needs one first: they would shut themselves out. */
function RequireFactor({ required }: { required: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const own = useQuery(secondFactorQuery).data?.enabled;
  const changing = useMutation({
    mutationFn: (wanted: boolean) => changeTenant({ second_factor_required: wanted }),
    onSuccess: async () => {
      toast({ text: t('general.saved') });
      await client.invalidateQueries(tenantQuery);
    },
  });
  return (
    <>
      <Switch
        label={t('general.require')}
        description={t('general.requireHint')}
        checked={changing.isPending ? changing.variables : required}
        disabled={!required && own !== true}
        onChange={({ currentTarget }) => changing.mutate(currentTarget.checked)}
      />
      {!required && own === false && (
        <p className={css.dim}>
          {t('general.ownFirst')} <Link to="/profile/security">{t('general.toOwn')}</Link>
        </p>
      )}
      <FormFailure error={changing.error} />
    </>
  );
}
