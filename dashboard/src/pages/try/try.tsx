import { Button, SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Bot } from '../../api/types';
import '../../i18n/bot';
import '../../i18n/improve';
import '../../i18n/inbox';
import { ExternalIcon, RetryIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { LookOnly, useMay } from '../../parts/permission';
import { useBot } from '../bots/use-bot';
import { rememberTrying } from '../home/checklist';
import { Playground } from './playground';
import css from './try.module.css';
import { useDemo } from './use-demo';
import { usePlayground } from './use-playground';

const views = ['playground', 'widget'] as const;
type View = (typeof views)[number];

/** A bot before visitors meet it: a chat that explains itself, or the widget as it will be on their pages. */
export default function Try() {
  const bot = useBot();
  return <Trying key={bot.id} bot={bot} />; // what was said to one bot is not shown with another
}

function Trying({ bot }: { bot: Bot }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { view = 'playground' } = useSearch({ from: '/app/owner/bots/$bot/try' });
  const game = usePlayground(bot.id, () => rememberTrying(bot.id));
  const may = useMay('ask');
  const [loads, setLoads] = useState(0);
  const demo = `/demo?bot=${encodeURIComponent(bot.id)}`;
  const choose = (chosen: View) =>
    void navigate({ to: '/bots/$bot/try', params: { bot: bot.id }, search: { view: chosen === 'playground' ? undefined : chosen }, replace: true });
  return (
    <Page
      title={t('bots.page.try')}
      state={t(`try.state.${view}`)}
      action={
        <>
          {view === 'widget' && (
            <>
              <Button
                variant="default"
                rightSection={<ExternalIcon size={16} />}
                renderRoot={(props) => <a href={demo} target="_blank" rel="noopener" {...props} />}
              >
                {t('try.open')}
              </Button>
              <Button variant="default" leftSection={<RetryIcon size={16} />} onClick={() => setLoads(loads + 1)}>
                {t('try.reload')}
              </Button>
            </>
          )}
          <SegmentedControl
            aria-label={t('try.viewLabel')}
            value={view}
            onChange={(value) => choose(value as View)}
            data={views.map((value) => ({ value, label: t(`try.view.${value}`) }))}
          />
        </>
      }
    >
      {view === 'widget' ? (
        <Demo key={loads} bot={bot.id} name={bot.name} address={demo} />
      ) : may ? (
        <Playground bot={bot} game={game} />
      ) : (
        <LookOnly what="ask" />
      )}
    </Page>
  );
}

function Demo({ bot, name, address }: { bot: string; name: string; address: string }) {
  const { t } = useTranslation();
  const frame = useDemo(() => rememberTrying(bot));
  return <iframe className={css.demo} src={address} title={t('try.demo', { name })} {...frame} />;
}
