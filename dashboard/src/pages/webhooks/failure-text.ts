import { useTranslation } from 'react-i18next';

const words = ['timeout', 'unreachable', 'unknown_host', 'certificate', 'not_public'] as const;

/** Why an attempt failed: the server's word for it, in a sentence's end. */
export function useFailureText(): (failure: string) => string {
  const { t } = useTranslation();
  return (failure) => {
    const known = words.find((word) => word === failure);
    if (known) return t(`webhooks.failure.${known}`);
    const [, status] = /^status_(\d+)$/.exec(failure) ?? [];
    return status ? t('webhooks.failure.status', { status }) : failure;
  };
}
