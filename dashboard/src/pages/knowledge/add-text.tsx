import { Textarea, TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { AddForm, useAddSource } from './add';

export function AddText({ bot, onClose }: { bot: string; onClose: () => void }) {
  const { t } = useTranslation();
  const adding = useAddSource(bot, onClose);
  const { register, handleSubmit } = useForm({ defaultValues: { title: '', text: '' } });
  return (
    <AddForm
      title={t('knowledge.text.open')}
      note={t('knowledge.text.note')}
      verb={t('knowledge.text.verb')}
      adding={adding}
      onSubmit={handleSubmit((source) => adding.mutate(source))}
      onClose={onClose}
    >
      <TextInput label={t('knowledge.text.title')} required withAsterisk={false} autoFocus {...register('title')} />
      <Textarea label={t('knowledge.text.text')} required withAsterisk={false} minRows={6} maxRows={20} {...register('text')} />
    </AddForm>
  );
}
