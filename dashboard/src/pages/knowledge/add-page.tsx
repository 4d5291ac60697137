import { TextInput } from '@mantine/core';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { AddForm, useAddSource } from './add';
import { Schedule } from './schedule';

/** Adds https:// to an address that was typed without a scheme. */
export function fullAddress(typed: string): string {
  const address = typed.trim();
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `https://${address}`;
}

export function AddPage({ bot, onClose }: { bot: string; onClose: () => void }) {
  const { t } = useTranslation();
  const adding = useAddSource(bot, onClose);
  const { control, register, handleSubmit } = useForm({ defaultValues: { url: '', every: 0 } });
  return (
    <AddForm
      title={t('knowledge.page.open')}
      note={t('knowledge.page.note')}
      verb={t('knowledge.page.verb')}
      adding={adding}
      onSubmit={handleSubmit(({ url, every }) => adding.mutate({ url: fullAddress(url), plan: { every_hours: every } }))}
      onClose={onClose}
    >
      <TextInput
        label={t('knowledge.page.address')}
        placeholder="https://shop.example/returns"
        inputMode="url"
        required
        withAsterisk={false}
        autoFocus
        {...register('url')}
      />
      <Controller control={control} name="every" render={({ field }) => <Schedule of="page" hours={field.value} onChange={field.onChange} />} />
    </AddForm>
  );
}
