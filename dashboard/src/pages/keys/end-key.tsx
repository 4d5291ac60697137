import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/types';
import { endKey, keysQuery } from '../../api/keys';
import { toast } from '../../app/toasts';
import { Confirm } from '../../parts/confirm';

export function EndKey({ of: { id, name }, close }: { of: ApiKey; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () => endKey(id),
    onSuccess: async () => {
      toast({ text: t('keys.end.done', { name }) });
      await client.invalidateQueries(keysQuery);
      close();
    },
  });
  return (
    <Confirm
      opened
      title={t('keys.end.title', { name })}
      verb={t('keys.end.verb')}
      busy={ending.isPending}
      error={ending.error}
      onConfirm={() => ending.mutate()}
      onCancel={close}
    >
      {t('keys.end.text')}
    </Confirm>
  );
}
