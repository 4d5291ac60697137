import { TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { AddForm, useAddSource } from './add';
import { blankPair, type Faq, Pairs } from './pairs';

export function AddFaq({ bot, onClose }: { bot: string; onClose: () => void }) {
  const { t } = useTranslation();
  const adding = useAddSource(bot, onClose);
  const { control, register, handleSubmit } = useForm<Faq>({
    defaultValues: { title: t('knowledge.faq.name'), faq: [blankPair] },
  });
  return (
    <AddForm
      title={t('knowledge.faq.open')}
      note={t('knowledge.faq.note')}
      verb={t('knowledge.faq.verb')}
      adding={adding}
      onSubmit={handleSubmit((source) => adding.mutate(source))}
      onClose={onClose}
    >
      <TextInput label={t('knowledge.faq.title')} required withAsterisk={false} {...register('title')} />
      <Pairs control={control} register={register} focus />
    </AddForm>
  );
}
