import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { gapsQuery } from '../../api/improve';
import type { GapState } from '../../api/types';
import { count } from '../../i18n/format';
import '../../i18n/improve';
import { QuestionIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { LookOnly, useMay } from '../../parts/permission';
import { Empty, Failure, Loading } from '../../parts/states';
import { useBot } from '../bots/use-bot';
import { Group } from './group';
import css from './improve.module.css';
import { OldAnswers } from './old-answers';

const states = ['open', 'answered', 'dismissed'] as const;

/** What the bot did not answer well, and what it answered from pages that have changed since. */
export default function Improve() {
  const { t } = useTranslation();
  const bot = useBot();
  const may = useMay('manage_bots');
  const navigate = useNavigate();
  const { state = 'open' } = useSearch({ from: '/app/owner/bots/$bot/improve' });
  const open = useQuery(gapsQuery(bot.id));
  const choose = (chosen: GapState) =>
    void navigate({ to: '/bots/$bot/improve', params: { bot: bot.id }, search: { state: chosen === 'open' ? undefined : chosen }, replace: true });
  return (
    <Page
      title={t('bots.page.improve')}
      state={open.isSuccess ? open.data.total === 0 ? t('improve.none') : t('improve.open', { count: open.data.total, number: count(open.data.total) }) : undefined}
      action={
        <SegmentedControl
          aria-label={t('improve.show')}
          value={state}
          onChange={(chosen) => choose(chosen as GapState)}
          data={states.map((value) => ({ value, label: t(`improve.state.${value}`) }))}
        />
      }
    >
      {!may && <LookOnly />}
      <section className={css.part} aria-label={t(`improve.list.${state}`)}>
        <Groups key={state} bot={bot.id} state={state} may={may} />
      </section>
      <OldAnswers bot={bot.id} />
    </Page>
  );
}

function Groups({ bot, state, may }: { bot: string; state: GapState; may: boolean }) {
  const { t } = useTranslation();
  const gaps = useQuery(gapsQuery(bot, state));
  if (gaps.isPending) return <Loading />;
  if (gaps.isError) return <Failure error={gaps.error} retry={() => void gaps.refetch()} />;
  const { groups, total } = gaps.data;
  if (groups.length === 0) {
    return (
      <div className={css.empty}>
        <Empty
          icon={<QuestionIcon />}
          title={t(`improve.empty.${state}`)}
          action={
            state === 'open' && (
              <Link to="/bots/$bot/try" params={{ bot }}>
                {t('improve.try')}
              </Link>
            )
          }
        >
          {t(`improve.emptyText.${state}`)}
        </Empty>
      </div>
    );
  }
  const shown = groups.reduce((sum, group) => sum + group.count, 0);
  return (
    <>
      <ul className={css.groups}>
        {groups.map((group) => (
          // What is settled leaves the list: a group is known by where its first question is.
          <Group key={`${group.places[0]?.conversation} ${group.places[0]?.seq}`} bot={bot} group={group} state={state} may={may} />
        ))}
      </ul>
      {shown < total && <p className={css.note}>{t('improve.more', { shown: count(shown), total: count(total) })}</p>}
    </>
  );
}
