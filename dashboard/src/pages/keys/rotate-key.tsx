import { NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/types';
import { keysQuery, rotateKey, type ShownKey } from '../../api/keys';
import { ConfirmForm } from '../../parts/confirm-form';

/** Hours for which the old key and the new one both work. */
const overlaps = { none: 0, hour: 1, day: 24, week: 168 } as const;
type Overlap = keyof typeof overlaps;

interface Props {
  of: ApiKey;
  close: () => void;
  done: (made: ShownKey, oldUntil: Date) => void;
}

/** Another key in the place of one, without anything that uses it standing still. */
export function RotateKey({ of: { id, name }, close, done }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm<{ overlap: Overlap }>({ defaultValues: { overlap: 'day' } });
  const rotating = useMutation({
    mutationFn: ({ overlap }: { overlap: Overlap }) => rotateKey(id, overlaps[overlap]),
    onSuccess: async (made, { overlap }) => {
      done(made, new Date(Date.now() + overlaps[overlap] * 3_600_000));
      await client.invalidateQueries(keysQuery);
    },
  });
  return (
    <ConfirmForm
      title={t('keys.rotate.title', { name })}
      text={t('keys.rotate.text')}
      verb={t('keys.rotate.verb')}
      danger={false}
      busy={rotating.isPending}
      error={rotating.error}
      onSubmit={handleSubmit((values) => rotating.mutate(values))}
      close={close}
    >
      <NativeSelect
        size="md"
        label={t('keys.rotate.overlap')}
        data={(Object.keys(overlaps) as Overlap[]).map((overlap) => ({ value: overlap, label: t(`keys.rotate.hours.${overlap}`) }))}
        data-autofocus
        {...register('overlap')}
      />
    </ConfirmForm>
  );
}
