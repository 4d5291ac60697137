import { Checkbox, NativeSelect, Textarea, type TextareaProps } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { assignPlan, type OperatedTenantDetail, suspendTenant, type Visit, visitTenant } from '../../api/operator';
import { toast } from '../../app/toasts';
import { ConfirmForm } from '../../parts/confirm-form';

interface Props {
  tenant: OperatedTenantDetail;
  close: () => void;
}

const mostReason = 500;

/** Each decision says why. */
function Why(field: TextareaProps) {
  const { t } = useTranslation();
  return <Textarea label={t('operator.why')} required withAsterisk={false} maxLength={mostReason} autosize minRows={2} {...field} />;
}

export function AssignPlan({ tenant, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm({ defaultValues: { plan: tenant.plan.id, reason: '' } });
  const assigning = useMutation({
    mutationFn: ({ plan, reason }: { plan: string; reason: string }) => assignPlan(tenant.id, plan, reason),
    onSuccess: async ({ plan }) => {
      close();
      toast({ text: t('operator.assignedNow', { name: tenant.name, plan: plan.name }) });
      await client.invalidateQueries({ queryKey: ['operator'] });
    },
  });
  return (
    <ConfirmForm
      title={t('operator.assignTitle', { name: tenant.name })}
      text={t('operator.assignText')}
      verb={t('operator.assignVerb')}
      busy={assigning.isPending}
      error={assigning.error}
      onSubmit={handleSubmit((values) => assigning.mutate(values))}
      close={close}
      danger={false}
    >
      <NativeSelect label={t('operator.choose')} data={tenant.plans.map(({ id, name }) => ({ value: id, label: name }))} data-autofocus {...register('plan')} />
      <Why {...register('reason')} />
    </ConfirmForm>
  );
}

export function Suspend({ tenant, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm({ defaultValues: { reason: '', shutOut: false } });
  const suspending = useMutation({
    mutationFn: ({ reason, shutOut }: { reason: string; shutOut: boolean }) => suspendTenant(tenant.id, reason, shutOut),
    onSuccess: async () => {
      close();
      toast({ text: t('operator.suspended', { name: tenant.name }) });
      await client.invalidateQueries({ queryKey: ['operator'] });
    },
  });
  return (
    <ConfirmForm
      title={t('operator.suspendTitle', { name: tenant.name })}
      text={t('operator.suspendText')}
      verb={t('operator.suspend')}
      busy={suspending.isPending}
      error={suspending.error}
      onSubmit={handleSubmit((values) => suspending.mutate(values))}
      close={close}
    >
      <Why description={t('operator.whyRead')} data-autofocus {...register('reason')} />
      <Checkbox label={t('operator.shut')} {...register('shutOut')} />
    </ConfirmForm>
  );
}

export function VisitForm({ tenant, close, begun }: Props & { begun: (visit: Visit) => void }) {
  const { t } = useTranslation();
  const { register, handleSubmit } = useForm({ defaultValues: { reason: '' } });
  const beginning = useMutation({ mutationFn: ({ reason }: { reason: string }) => visitTenant(tenant.id, reason), onSuccess: begun });
  return (
    <ConfirmForm
      title={t('operator.visitTitle', { name: tenant.name })}
      text={t('operator.visitText')}
      verb={t('operator.visitVerb')}
      busy={beginning.isPending}
      error={beginning.error}
      onSubmit={handleSubmit((values) => beginning.mutate(values))}
      close={close}
      danger={false}
    >
      <Why description={t('operator.whyRead')} data-autofocus {...register('reason')} />
    </ConfirmForm>
  );
}
