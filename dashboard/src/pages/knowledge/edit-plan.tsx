import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { changePlan, sourcesChanged } from '../../api/sources';
import type { Plan } from '../../api/types';
import { toast } from '../../app/toasts';
import { Card } from '../../parts/page';
import { FormFailure } from '../../parts/states';
import { paths, type SiteLimits, SitePlan, usualPages } from './site-plan';
import css from './source.module.css';

/** Which pages of a website are read the next time. */
export function EditPlan({ bot, source, plan }: { bot: string; source: string; plan: Plan }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { control, register, handleSubmit, reset, formState } = useForm<SiteLimits>({
    defaultValues: { pages: plan.pages ?? usualPages, exclude: (plan.exclude ?? []).join('\n') },
  });
  const saving = useMutation({
    mutationFn: ({ pages, exclude }: SiteLimits) => changePlan(bot, source, { ...plan, pages, exclude: paths(exclude) }),
    onSuccess: async (_, saved) => {
      reset(saved);
      toast({ text: t('knowledge.plan.saved') });
      await sourcesChanged(client, bot);
    },
  });
  return (
    <Card title={t('knowledge.plan.title')} note={t('knowledge.plan.note')}>
      <form className={css.editor} onSubmit={handleSubmit((limits) => saving.mutate(limits))}>
        <SitePlan control={control} register={register} />
        <FormFailure error={saving.error} />
        <div>
          <Button type="submit" variant="default" loading={saving.isPending} disabled={!formState.isDirty}>
            {t('knowledge.plan.save')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
