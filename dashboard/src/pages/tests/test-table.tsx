import { ActionIcon } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { deleteTest, saveTest, testsChanged } from '../../api/improve';
import type { Source, TestQuestion, TestRun } from '../../api/types';
import { toast } from '../../app/toasts';
import { PenIcon, TrashIcon } from '../../parts/icons';
import { FormFailure } from '../../parts/states';
import { useExpectation } from './expectation';
import { Outcome } from './run-report';
import css from './tests.module.css';

interface Props {
  bot: string;
  tests: TestQuestion[];
  sources: Source[];
  run?: TestRun; // the last one
  may: boolean;
  edit: (test: TestQuestion) => void;
}

/** The questions, what is expected, and how each came out last. */
export function TestTable({ bot, tests, sources, run, may, edit }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const expectation = useExpectation(sources);
  const restoring = useMutation({
    mutationFn: ({ text, source, part, phrase, nothing }: TestQuestion) => saveTest(bot, { text, source, part, phrase, nothing }),
    onSuccess: () => testsChanged(client, bot),
  });
  const removing = useMutation({
    mutationFn: (test: TestQuestion) => deleteTest(bot, test.id),
    onSuccess: async (_, test) => {
      toast({ text: t('tests.deleted'), undo: () => restoring.mutate(test) });
      await testsChanged(client, bot);
    },
  });
  const outcomes = new Map(run?.results.map(({ test, passed }) => [test, passed ? ('passed' as const) : ('failed' as const)]));
  return (
    <>
      <FormFailure error={removing.error ?? restoring.error} />
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('tests.question')}</th>
            <th scope="col">{t('tests.column.expected')}</th>
            <th scope="col">{t('tests.column.last')}</th>
            {may && (
              <th>
                <span className="hidden-visually">{t('tests.column.change')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {tests.map((test) => (
            <tr key={test.id}>
              <th scope="row" dir="auto">
                {test.text}
              </th>
              <td className={css.expected}>{expectation(test)}</td>
              <td>
                <Outcome is={outcomes.get(test.id) ?? 'none'} />
              </td>
              {may && (
                <td className={css.tools}>
                  <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('tests.editOne', { question: test.text })} onClick={() => edit(test)}>
                    <PenIcon size={18} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="lg"
                    aria-label={t('tests.delete', { question: test.text })}
                    disabled={removing.isPending}
                    onClick={() => removing.mutate(test)}
                  >
                    <TrashIcon size={18} />
                  </ActionIcon>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
