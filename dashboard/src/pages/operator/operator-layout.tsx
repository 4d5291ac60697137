import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import '../../i18n/operator';
import { GearIcon } from '../../parts/icons';
import { Empty } from '../../parts/states';
import { Tabs } from '../../parts/tabs';
import { useTitle } from '../../parts/use-title';
import { useSold } from './use-sold';

const tabs = ['tenants', 'revenue', 'events', 'differences'] as const;

/** What is for whoever runs the installation. The server decides; this only hides what it would refuse. */
export default function OperatorLayout() {
  const { t } = useTranslation();
  const sold = useSold();
  if (!useQuery(meQuery).data?.user.operator) return <Closed />;
  return (
    <>
      {sold && <Tabs label={t('operator.pages')} tabs={tabs.map((tab) => ({ to: `/operator/${tab}`, name: t(`operator.tab.${tab}`) }))} />}
      <Outlet />
    </>
  );
}

function Closed() {
  const { t } = useTranslation();
  useTitle(t('operator.pages'));
  return (
    <>
      <h1 className="hidden-visually">{t('operator.pages')}</h1>
      <Empty icon={<GearIcon />} title={t('operator.closed')}>
        {t('operator.closedText')}
      </Empty>
    </>
  );
}
