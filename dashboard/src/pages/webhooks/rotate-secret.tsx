import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhook, Webhook } from '../../api/types';
import { rotateWebhookSecret, webhooksQuery } from '../../api/webhooks';
import { ConfirmForm } from '../../parts/confirm-form';

interface Props {
  of: Webhook;
  close: () => void;
  done: (made: CreatedWebhook) => void;
}

/** Another secret in the place of one, without anything that arrives being refused. */
export function RotateSecret({ of: { id, url }, close, done }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const rotating = useMutation({
    mutationFn: () => rotateWebhookSecret(id),
    onSuccess: async (made) => {
      done(made);
      await client.invalidateQueries(webhooksQuery);
    },
  });
  return (
    <ConfirmForm
      title={t('webhooks.rotate.title')}
      text={t('webhooks.rotate.text', { url })}
      verb={t('webhooks.rotate.verb')}
      danger={false}
      busy={rotating.isPending}
      error={rotating.error}
      onSubmit={(event) => {
        event.preventDefault();
        rotating.mutate();
      }}
      close={close}
    />
  );
}
