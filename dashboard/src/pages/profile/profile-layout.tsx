import { Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import '../../i18n/security';
import { Tabs } from '../../parts/tabs';

/** What each person decides for themselves: who they are here, and how they show it. */
export default function ProfileLayout() {
  const { t } = useTranslation();
  return (
    <>
      <Tabs
        label={t('profile.pages')}
        tabs={[
          { to: '/profile', name: t('profile.tab'), exact: true },
          { to: '/profile/security', name: t('security.title') },
        ]}
      />
      <Outlet />
    </>
  );
}
