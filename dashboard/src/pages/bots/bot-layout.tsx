import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { botQuery } from '../../api/bots';
import { gapsQuery } from '../../api/improve';
import { asProblem } from '../../api/problem';
import { count } from '../../i18n/format';
import { Empty, Failure, Loading } from '../../parts/states';
import { BotIcon } from '../../parts/icons';
import { Tabs } from '../../parts/tabs';
import { BotMark } from './bot-mark';
import css from './bots.module.css';

const tabs = ['knowledge', 'try', 'improve', 'tests', 'settings', 'handoff', 'appearance', 'install'] as const;

/** A bot's pages: whose they are, and the way between them. */
export function BotLayout() {
  const { t } = useTranslation();
  const { bot: id } = useParams({ from: '/app/owner/bots/$bot' });
  const bot = useQuery(botQuery(id));

  if (bot.isPending) return <Loading lines={6} />;
  if (bot.isError) {
    return asProblem(bot.error).status === 404 ? (
      <Empty icon={<BotIcon />} title={t('bots.missing')} action={<Link to="/bots">{t('bots.all')}</Link>}>
        {t('bots.missingText')}
      </Empty>
    ) : (
      <Failure error={bot.error} retry={() => void bot.refetch()} />
    );
  }
  return (
    <>
      <div className={css.crumbs}>
        <Link to="/bots">{t('nav.bots')}</Link>
        <span aria-hidden="true">/</span>
        <BotMark bot={bot.data} />
        <strong>{bot.data.name}</strong>
      </div>
      <BotTabs bot={id} />
      <Outlet />
    </>
  );
}

function BotTabs({ bot }: { bot: string }) {
  const { t } = useTranslation();
  return (
    <Tabs
      label={t('bots.pages')}
      tabs={tabs.map((tab) => ({
        to: `/bots/$bot/${tab}`,
        params: { bot },
        name: t(`bots.page.${tab}`),
        aside: tab === 'improve' && <OpenCount bot={bot} />,
      }))}
    />
  );
}

/** How many questions wait for an answer. */
function OpenCount({ bot }: { bot: string }) {
  const { t } = useTranslation();
  const total = useQuery(gapsQuery(bot)).data?.total ?? 0;
  if (total === 0) return null;
  return (
    <>
      <span className={css.badge} aria-hidden="true">
        {count(total)}
      </span>
      <span className="hidden-visually"> {t('improve.open', { count: total, number: count(total) })}</span>
    </>
  );
}
