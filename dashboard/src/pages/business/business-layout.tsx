import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import '../../i18n/business';
import { PeopleIcon } from '../../parts/icons';
import { Empty } from '../../parts/states';
import { Tabs } from '../../parts/tabs';
import { useTitle } from '../../parts/use-title';
import { useSettingsTabs } from './tabs';

/** What is about the business as a whole, and not about one of its bots. */
export default function BusinessLayout() {
  const { t } = useTranslation();
  const shown = useSettingsTabs();
  if (shown.length === 0) return <Closed />;
  return (
    <>
      <Tabs label={t('business.pages')} tabs={shown.map((tab) => ({ to: `/settings/${tab}`, name: t(`business.tab.${tab}`) }))} />
      <Outlet />
    </>
  );
}

function Closed() {
  const { t } = useTranslation();
  useTitle(t('business.title'));
  return (
    <>
      <h1 className="hidden-visually">{t('business.title')}</h1>
      <Empty icon={<PeopleIcon />} title={t('business.closed')} action={<Link to="/team">{t('business.toTeam')}</Link>}>
        {t('business.closedText')}
      </Empty>
    </>
  );
}
