import { Button } from '@mantine/core';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty, Failure } from '../parts/states';
import { useTitle } from '../parts/use-title';
import css from './owner.module.css';

/** An address that leads nowhere. */
export function Missing() {
  const { t } = useTranslation();
  useTitle(t('missing.title'));
  return (
    <main>
      <h1 className="hidden-visually">{t('missing.title')}</h1>
      <Empty title={t('missing.title')} action={<Button renderRoot={(props) => <Link to="/" {...props} />}>{t('missing.home')}</Button>}>
        {t('missing.text')}
      </Empty>
    </main>
  );
}

/** A page that could not be shown at all. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  useTitle(t('failure.page'));
  return (
    <div className={css.column}>
      <Failure
        error={error}
        retry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </div>
  );
}
