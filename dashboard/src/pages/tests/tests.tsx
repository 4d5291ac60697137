import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { beginTestRun, testRunQuery, testRunsQuery, testsChanged, testsQuery } from '../../api/improve';
import type { TestQuestion, TestRun } from '../../api/types';
import { count } from '../../i18n/format';
import '../../i18n/improve';
import '../../i18n/inbox';
import { Badge } from '../../parts/badge';
import { CheckIcon, PlusIcon, UploadIcon } from '../../parts/icons';
import { Card, Page } from '../../parts/page';
import { LookOnly, useMay } from '../../parts/permission';
import { Empty, Failure, FormFailure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import { useBot } from '../bots/use-bot';
import { ImportDialog } from './import-dialog';
import { RunReport } from './run-report';
import { TestDialog } from './test-form';
import { TestTable } from './test-table';
import css from './tests.module.css';
import { useSources } from './use-sources';

/** Questions whose answers are known, asked again whenever something changes. */
export default function Tests() {
  const { t } = useTranslation();
  const bot = useBot();
  const may = useMay('manage_bots');
  const client = useQueryClient();
  const navigate = useNavigate();
  const { run: chosen } = useSearch({ from: '/app/owner/bots/$bot/tests' });
  const tests = useQuery(testsQuery(bot.id));
  const runs = useQuery(testRunsQuery(bot.id));
  const sources = useSources(bot.id);
  const [doing, setDoing] = useState<'add' | 'import' | TestQuestion>();
  const close = () => setDoing(undefined);
  const newest = runs.data?.[0];
  const last = useQuery({ ...testRunQuery(bot.id, newest?.id ?? ''), enabled: newest !== undefined });
  const running = newest?.state === 'running';
  const beginning = useMutation({
    mutationFn: () => beginTestRun(bot.id),
    onSuccess: async () => {
      await testsChanged(client, bot.id);
      await navigate({ to: '/bots/$bot/tests', params: { bot: bot.id }, search: {}, replace: true });
    },
  });

  const all = tests.data ?? [];
  const shown = chosen ?? newest?.id;
  return (
    <Page
      title={t('bots.page.tests')}
      state={tests.isSuccess ? <Summary tests={all.length} run={newest} /> : undefined}
      action={
        may &&
        tests.isSuccess && (
          <>
            <Button variant="default" leftSection={<UploadIcon size={16} />} onClick={() => setDoing('import')}>
              {t('tests.import.open')}
            </Button>
            <Button variant={all.length === 0 ? 'filled' : 'default'} leftSection={<PlusIcon size={16} />} onClick={() => setDoing('add')}>
              {t('tests.add')}
            </Button>
            {all.length > 0 && (
              <Button loading={beginning.isPending || running} onClick={() => beginning.mutate()}>
                {t('tests.begin')}
              </Button>
            )}
          </>
        )
      }
    >
      {!may && <LookOnly />}
      <FormFailure error={beginning.error} />
      {shown && (
        <Card title={t(shown === newest?.id ? 'tests.run.last' : 'tests.run.earlier')}>
          <Run key={shown} bot={bot.id} id={shown} runs={runs.data ?? []} />
        </Card>
      )}
      {tests.isPending ? (
        <Loading />
      ) : tests.isError ? (
        <Failure error={tests.error} retry={() => void tests.refetch()} />
      ) : all.length === 0 ? (
        <div className={css.empty}>
          <Empty icon={<CheckIcon />} title={t('tests.empty')}>
            {t('tests.emptyText')}
          </Empty>
        </div>
      ) : (
        <section className={css.part}>
          <h2>{t('tests.questions')}</h2>
          <TestTable bot={bot.id} tests={all} sources={sources} run={last.data} may={may} edit={setDoing} />
        </section>
      )}
      {runs.isSuccess && runs.data.length > 1 && <Runs bot={bot.id} runs={runs.data} shown={shown} />}
      {doing === 'import' && <ImportDialog bot={bot.id} close={close} />}
      {doing === 'add' && <TestDialog bot={bot.id} close={close} />}
      {typeof doing === 'object' && <TestDialog bot={bot.id} draft={doing} test={doing.id} close={close} />}
    </Page>
  );
}

function Summary({ tests, run }: { tests: number; run?: TestRun }) {
  const { t } = useTranslation();
  if (tests === 0) return t('tests.none');
  const questions = t('tests.count', { count: tests, number: count(tests) });
  if (!run || run.state !== 'finished') return questions;
  return (
    <>
      {questions} · {t('tests.run.passed', { passed: count(run.passed), of: count(run.of) })} · <Ago at={run.begun_at} />
    </>
  );
}

/** One run, as it goes on. */
export function Run({ bot, id, runs }: { bot: string; id: string; runs: TestRun[] }) {
  const client = useQueryClient();
  const run = useQuery(testRunQuery(bot, id));
  const sources = useSources(bot);
  const state = run.data?.state;
  // The list of runs learns of its end with this one, not a second later.
  useEffect(() => {
    if (state && state !== 'running') void client.invalidateQueries({ queryKey: testRunsQuery(bot).queryKey, exact: true });
  }, [bot, client, state]);
  if (run.isPending) return <Loading lines={3} />;
  if (run.isError) return <Failure error={run.error} retry={() => void run.refetch()} />;
  return <RunReport run={run.data} before={runs.find(({ id }) => id === run.data.compared_with)} sources={sources} />;
}

function Runs({ bot, runs, shown }: { bot: string; runs: TestRun[]; shown?: string }) {
  const { t } = useTranslation();
  return (
    <section className={css.part}>
      <h2>{t('tests.runs')}</h2>
      <ul className={css.runs}>
        {runs.map((run, i) => (
          <li key={run.id}>
            <Link to="/bots/$bot/tests" params={{ bot }} search={{ run: i === 0 ? undefined : run.id }} aria-current={run.id === shown || undefined}>
              <Ago at={run.begun_at} />
              <span>{t('tests.run.passed', { passed: count(run.passed), of: count(run.of) })}</span>
            </Link>
            {run.unsaved && <Badge tone="warning">{t('tests.run.unsaved')}</Badge>}
            {run.state === 'failed' && <Badge tone="danger">{t('tests.run.broken')}</Badge>}
          </li>
        ))}
      </ul>
    </section>
  );
}
