import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './gate.module.css';

/** The way to the identity provider and back. A page of its own: no script is asked. */
export function SingleSignOn({ name, invitation }: { name: string; invitation?: string }) {
  const { t } = useTranslation();
  const query = invitation ? `?${new URLSearchParams({ invitation })}` : '';
  return (
    <>
      <p className={css.or}>
        <span>{t('signIn.or')}</span>
      </p>
      <Button component="a" href={`/api/v1/auth/oidc/start${query}`} variant="default" size="md">
        {t('signIn.with', { name })}
      </Button>
    </>
  );
}
