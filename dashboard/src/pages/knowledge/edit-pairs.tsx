import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from '../../app/toasts';
import { pairsQuery, savePairs, sourcesChanged } from '../../api/sources';
import type { Pair } from '../../api/types';
import { Card } from '../../parts/page';
import { LeaveGuard } from '../../parts/save';
import { Failure, FormFailure, Loading } from '../../parts/states';
import { type Faq, Pairs } from './pairs';
import css from './source.module.css';

export function EditPairs({ bot, source }: { bot: string; source: string }) {
  const pairs = useQuery(pairsQuery(bot, source));
  if (pairs.isPending) return <Loading lines={3} />;
  if (pairs.isError) return <Failure error={pairs.error} retry={() => void pairs.refetch()} />;
  return <Editor bot={bot} source={source} pairs={pairs.data.pairs} />;
}

function Editor({ bot, source, pairs }: { bot: string; source: string; pairs: Pair[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { control, register, handleSubmit, reset, formState } = useForm<Faq>({ defaultValues: { title: '', faq: pairs } });
  const saving = useMutation({
    mutationFn: ({ faq }: Faq) => savePairs(bot, source, faq),
    onSuccess: async (_, saved) => {
      reset(saved);
      toast({ text: t('knowledge.faq.saved') });
      await sourcesChanged(client, bot);
    },
  });
  return (
    <Card title={t('knowledge.faq.name')} note={t('knowledge.faq.editNote')}>
      <form className={css.editor} onSubmit={handleSubmit((faq) => saving.mutate(faq))}>
        <Pairs control={control} register={register} />
        <FormFailure error={saving.error} />
        <div>
          <Button type="submit" loading={saving.isPending} disabled={!formState.isDirty}>
            {t('save.action')}
          </Button>
        </div>
      </form>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
    </Card>
  );
}
