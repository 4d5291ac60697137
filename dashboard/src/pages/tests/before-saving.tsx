import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { beginTestRun, testRunsQuery, testsChanged, testsQuery } from '../../api/improve';
import type { SettingsPatch } from '../../api/types';
import { Card } from '../../parts/page';
import { FormFailure, Loading } from '../../parts/states';
import { Run } from './tests';
import css from './tests.module.css';

interface Props {
  bot: string;
  settings: () => SettingsPatch; // as they are in the form when the run begins
  close: () => void;
}

/** Asks the test questions with settings that are not saved, beside the form that they are in. */
export function BeforeSaving({ bot, settings, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tests = useQuery(testsQuery(bot));
  const runs = useQuery(testRunsQuery(bot));
  const beginning = useMutation({
    mutationFn: () => beginTestRun(bot, settings()),
    onSuccess: () => testsChanged(client, bot),
  });
  const run = beginning.data;
  const running = runs.data?.some(({ state }) => state === 'running') ?? false;
  if (tests.isPending) return <Loading lines={2} />;
  const none = tests.data?.length === 0;
  return (
    <Card title={t('tests.before.title')} note={t(none ? 'tests.before.none' : 'tests.before.note')}>
      <div className={css.before}>
        {run && <Run key={run.id} bot={bot} id={run.id} runs={runs.data ?? []} />}
        <FormFailure error={beginning.error} />
        <div className={css.actions}>
          {none ? (
            <Link to="/bots/$bot/tests" params={{ bot }}>
              {t('tests.before.add')}
            </Link>
          ) : (
            <Button variant="light" loading={beginning.isPending || running} onClick={() => beginning.mutate()}>
              {t(run ? 'tests.before.again' : 'tests.begin')}
            </Button>
          )}
          <Button variant="default" onClick={close}>
            {t('close')}
          </Button>
        </div>
      </div>
    </Card>
  );
}
