import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/types';
import { changeKey, keysQuery } from '../../api/keys';
import { parseAddresses } from '../../parts/addresses';
import { Dialog } from '../../parts/dialog';
import { FormEnd } from '../../parts/form-end';
import css from './keys.module.css';
import { Addresses } from './new-key';

/** A key's name and the addresses it works from. What it may do is decided once. */
export function EditKey({ of: { id, name, addresses }, close }: { of: ApiKey; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm({ defaultValues: { name, typed: addresses.join('\n') } });
  const saving = useMutation({
    mutationFn: (form: { name: string; typed: string }) => changeKey(id, { name: form.name.trim(), addresses: parseAddresses(form.typed) }),
    onSuccess: async () => {
      await client.invalidateQueries(keysQuery);
      close();
    },
  });
  return (
    <Dialog opened close={close} title={t('keys.edit.title', { name })}>
      <form className={css.form} onSubmit={handleSubmit((values) => saving.mutate(values))}>
        <TextInput label={t('keys.name')} autoComplete="off" required withAsterisk={false} maxLength={80} data-autofocus {...register('name')} />
        <Addresses {...register('typed')} />
        <FormEnd error={saving.error} busy={saving.isPending} verb={t('keys.edit.verb')} close={close} />
      </form>
    </Dialog>
  );
}
