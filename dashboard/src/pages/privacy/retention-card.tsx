import { Button, NativeSelect, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { retentionQuery, saveRetention } from '../../api/business';
import type { Retention } from '../../api/types';
import { Card } from '../../parts/page';
import { LeaveGuard, useSaveState } from '../../parts/save';
import { Failure, FormFailure, Loading } from '../../parts/states';
import css from './privacy.module.css';

/** 0: for ever. */
const usual = [0, 30, 90, 180, 365, 730, 3650];

export function RetentionCard() {
  const { t } = useTranslation();
  const retention = useQuery(retentionQuery);
  return (
    <Card title={t('privacy.retention')} note={t('privacy.retentionNote')}>
      {retention.data ? (
        <RetentionForm kept={retention.data} />
      ) : retention.isError ? (
        <Failure error={retention.error} retry={() => void retention.refetch()} />
      ) : (
        <Loading lines={3} />
      )}
    </Card>
  );
}

function RetentionForm({ kept }: { kept: Retention }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { control, handleSubmit, formState, reset, watch } = useForm<Retention>({ defaultValues: kept });
  const saving = useMutation({
    mutationFn: saveRetention,
    onSuccess: (saved) => {
      reset(saved);
      client.setQueryData(retentionQuery.queryKey, saved);
    },
  });
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });
  const sooner = (['conversation_days', 'audit_days'] as const).some((name) => shorter(watch(name), kept[name]));
  return (
    <form className={css.form} onSubmit={handleSubmit((values) => saving.mutate(values))}>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
      <div className={css.pair}>
        {(['conversation_days', 'audit_days'] as const).map((name) => (
          <Controller
            key={name}
            control={control}
            name={name}
            render={({ field }) => (
              <Days label={t(name === 'audit_days' ? 'privacy.audit' : 'privacy.conversations')} kept={kept[name]} days={field.value} onChange={field.onChange} />
            )}
          />
        ))}
      </div>
      <Controller
        control={control}
        name="mask_addresses"
        render={({ field }) => (
          <Switch
            label={t('privacy.mask')}
            description={t('privacy.maskHint')}
            checked={field.value}
            onChange={({ currentTarget }) => field.onChange(currentTarget.checked)}
          />
        )}
      />
      {sooner && <p className={css.warning}>{t('privacy.sooner')}</p>}
      <FormFailure error={saving.error} />
      <div className={css.save}>
        <Button type="submit" loading={saving.isPending}>
          {t('save.action')}
        </Button>
        <span className={css.dim} role="status">
          {state}
        </span>
      </div>
    </form>
  );
}

/** Whether something would be deleted sooner than now. */
function shorter(days: number, before: number): boolean {
  return days !== 0 && (before === 0 || days < before);
}

function Days({ label, kept, days, onChange }: { label: string; kept: number; days: number; onChange: (days: number) => void }) {
  const { t } = useTranslation();
  const choices = [...new Set([...usual, kept])].toSorted((a, b) => a - b);
  return (
    <NativeSelect
      size="md"
      label={label}
      value={days}
      onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}
      data={choices.map((choice) => ({ value: String(choice), label: choice === 0 ? t('privacy.forever') : t('privacy.days', { count: choice }) }))}
    />
  );
}
