import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { methodsQuery } from '../../api/security';
import '../../i18n/security';
import { Page } from '../../parts/page';
import { PasswordCard } from './password-card';
import { SecondFactorCard } from './second-factor';
import css from './security.module.css';
import { SessionsCard } from './sessions';
import { SingleSignOnCard } from './single-sign-on-card';

/** How a person signs in, and where they are signed in. */
export default function Security() {
  const { t } = useTranslation();
  const { required } = useSearch({ from: '/app/owner/profile/security' });
  const oidc = useQuery(methodsQuery).data?.oidc;
  return (
    <Page title={t('security.title')}>
      <div className={css.column}>
        {required && (
          <p className={css.required} role="alert">
            {t('security.factor.required')}
          </p>
        )}
        <SecondFactorCard />
        <PasswordCard />
        {oidc && <SingleSignOnCard name={oidc.name} />}
        <SessionsCard />
      </div>
    </Page>
  );
}
