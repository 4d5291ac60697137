import { Progress } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Source, TestResult, TestRun } from '../../api/types';
import { count, took } from '../../i18n/format';
import { Badge } from '../../parts/badge';
import { Citations } from '../../parts/citations';
import { DownIcon, WarningIcon } from '../../parts/icons';
import list from '../../parts/list.module.css';
import SafeMarkdown from '../../parts/markdown';
import { Ago } from '../../parts/time';
import { useExpectation } from './expectation';
import css from './run.module.css';

interface Props {
  run: TestRun;
  before?: TestRun; // that it is compared with
  sources: Source[];
}

/** How a run came out, or how far it is: what changed first, then every question. */
export function RunReport({ run, before, sources }: Props) {
  const { t } = useTranslation();
  const running = run.state === 'running';
  const failed = run.results.filter((result) => !result.passed);
  const passed = run.results.filter((result) => result.passed);
  return (
    <div className={css.report}>
      <div className={css.head}>
        <p className={css.figure} aria-live="polite">
          {running ? t('tests.run.asked', { done: count(run.done), of: count(run.of) }) : t('tests.run.passed', { passed: count(run.passed), of: count(run.of) })}
        </p>
        <p className={css.note}>
          {t('tests.run.begun')} <Ago at={run.begun_at} />
        </p>
        {run.unsaved && <Badge tone="warning">{t('tests.run.unsaved')}</Badge>}
      </div>
      {running ? (
        <Progress value={run.of === 0 ? 0 : (run.done / run.of) * 100} aria-label={t('tests.run.progress')} />
      ) : (
        <Bar passed={run.passed} of={run.of} />
      )}
      {run.state === 'failed' && (
        <p className={css.failed} role="alert">
          <WarningIcon />
          {run.error || t('tests.run.failed')}
        </p>
      )}
      {run.state === 'finished' && <Changes run={run} before={before} />}
      {failed.length > 0 && (
        <section className={css.results}>
          <h3>{t('tests.run.failing', { count: failed.length, number: count(failed.length) })}</h3>
          <Results results={failed} sources={sources} />
        </section>
      )}
      {passed.length > 0 && (
        <details className={css.passed}>
          <summary>{t('tests.run.passing', { count: passed.length, number: count(passed.length) })}</summary>
          <Results results={passed} sources={sources} />
        </details>
      )}
    </div>
  );
}

function Bar({ passed, of }: { passed: number; of: number }) {
  return (
    <div className={css.bar} aria-hidden="true">
      {passed > 0 && <span data-passed="true" style={{ flexGrow: passed }} />}
      {passed < of && <span data-passed="false" style={{ flexGrow: of - passed }} />}
    </div>
  );
}

function Changes({ run, before }: { run: TestRun; before?: TestRun }) {
  const { t } = useTranslation();
  if (!run.compared_with) return <p className={css.note}>{t('tests.run.first')}</p>;
  return (
    <section className={css.changes} aria-label={t('tests.run.changed')}>
      <h3>{t('tests.run.changed')}</h3>
      {before && (
        <p className={css.note}>
          {t('tests.run.before', { passed: count(before.passed), of: count(before.of) })} <Ago at={before.begun_at} />
        </p>
      )}
      {run.changed.length === 0 ? (
        <p>{t('tests.run.same')}</p>
      ) : (
        <ul className={list.list}>
          {run.changed.map(({ test, text, was, is }) => (
            <li key={test} className={css.change}>
              <span className={css.text} dir="auto">
                {text}
              </span>
              <span className={css.turn}>
                <Outcome is={was} /> <span aria-hidden="true">→</span>
                <span className="hidden-visually">{t('tests.run.now')}</span> <Outcome is={is} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function Outcome({ is }: { is: 'passed' | 'failed' | 'none' }) {
  const { t } = useTranslation();
  return <Badge tone={is === 'passed' ? 'success' : is === 'failed' ? 'danger' : 'neutral'}>{t(`tests.outcome.${is}`)}</Badge>;
}

/** So many are shown at first: a thousand open answers help nobody. */
const few = 20;

function Results({ results, sources }: { results: TestResult[]; sources: Source[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(few);
  return (
    <>
      <ul className={list.list}>
        {results.slice(0, shown).map((result) => (
          <Result key={result.test} result={result} sources={sources} />
        ))}
      </ul>
      {results.length > shown && (
        <button type="button" className={css.more} onClick={() => setShown(results.length)}>
          {t('tests.run.all', { number: count(results.length) })}
        </button>
      )}
    </>
  );
}

function Result({ result, sources }: { result: TestResult; sources: Source[] }) {
  const { t } = useTranslation();
  const expectation = useExpectation(sources);
  const { text, passed, why, answer, citations, took_ms } = result;
  return (
    <li>
      <details className={css.result}>
        <summary>
          <Outcome is={passed ? 'passed' : 'failed'} />
          <span className={css.text}>
            <span dir="auto">{text}</span>
            {why && <span className={css.why}>{why}</span>}
          </span>
          <DownIcon size={16} />
        </summary>
        <div className={css.answer}>
          <p className={css.note}>
            {t('tests.expected')} {expectation(result)}
          </p>
          <div className={css.bubble}>
            <SafeMarkdown text={answer} />
          </div>
          {citations.length > 0 && <Citations citations={citations} />}
          <p className={css.note}>{t('tests.run.took', { time: took(took_ms) })}</p>
        </div>
      </details>
    </li>
  );
}
