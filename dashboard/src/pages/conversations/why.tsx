import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { traceQuery } from '../../api/conversations';
import { asProblem } from '../../api/problem';
import type { Trace, TracedPassage } from '../../api/types';
import { count, dollars, percent, score, took } from '../../i18n/format';
import type { Message } from '../../live/transcript';
import { CloseIcon, WarningIcon } from '../../parts/icons';
import { Quote } from '../../parts/quote';
import { Empty, Failure, Loading } from '../../parts/states';
import { isCited } from './cited';
import { steps } from './steps';
import css from './why.module.css';

interface Props {
  conversation: string;
  answer: Message;
  seq: number; // of the answer's end
  close: () => void;
}

/** What produced an answer, beside the conversation. Everything in it is shown as text. */
export function Why({ conversation, answer, seq, close }: Props) {
  const { t } = useTranslation();
  const trace = useQuery(traceQuery(conversation, seq));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <aside className={css.why} aria-labelledby="why" onKeyDown={({ key }) => key === 'Escape' && close()}>
      <header className={css.head}>
        <h3 id="why" ref={heading} tabIndex={-1} className={css.title}>
          {t('trace.open')}
        </h3>
        <button type="button" className={css.close} aria-label={t('close')} onClick={close}>
          <CloseIcon />
        </button>
      </header>
      <div className={css.body}>
        {trace.isPending ? (
          <Loading lines={5} />
        ) : trace.isError ? (
          asProblem(trace.error).status === 404 ? (
            <Empty title={t('trace.gone')}>{t('trace.goneText')}</Empty>
          ) : (
            <Failure error={trace.error} retry={() => void trace.refetch()} />
          )
        ) : (
          <Explained trace={trace.data} answer={answer} />
        )}
      </div>
    </aside>
  );
}

function Explained({ trace, answer }: { trace: Trace; answer: Message }) {
  const { t } = useTranslation();
  return (
    <>
      {trace.failed && (
        <p className={css.failed}>
          <WarningIcon />
          {t('trace.failed')}
        </p>
      )}
      <Part title={t('trace.query')}>
        <p className={css.query} dir="auto">
          {trace.query}
        </p>
      </Part>
      <Part title={t('trace.passages')}>
        {trace.passages.length === 0 ? (
          <p className={css.note}>{t('trace.nothing')}</p>
        ) : (
          <>
            <p className={css.note}>{t('trace.threshold', { share: percent(trace.threshold) })}</p>
            <ol className={css.passages}>
              {trace.passages.map((passage, i) => (
                <PassageRow key={i} n={i + 1} passage={passage} threshold={trace.threshold} cited={isCited(passage, i + 1, answer.citations)} />
              ))}
            </ol>
          </>
        )}
      </Part>
      <Part title={t('trace.time')}>
        <Timeline trace={trace} />
      </Part>
      <Part title={t('trace.written')}>
        <Facts trace={trace} />
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h4 className={css.part_title}>{title}</h4>
      {children}
    </section>
  );
}

interface PassageProps {
  n: number;
  passage: TracedPassage;
  threshold: number;
  cited: boolean;
}

function PassageRow({ n, passage: { title, headings, page, text, score: points, confidence }, threshold, cited }: PassageProps) {
  const { t } = useTranslation();
  const below = confidence < threshold;
  return (
    <li className={css.passage} data-cited={cited}>
      <p className={css.top}>
        <span className={css.rank}>{n}</span>
        <span className={css.name} dir="auto">
          {[title, ...(headings ?? [])].filter((part, i, all) => part && part !== all[i - 1]).join(' › ')}
        </span>
        {page ? <span className={css.note}>{t('try.page', { page })}</span> : null}
        {cited && <span className={css.cited}>{t('trace.cited')}</span>}
      </p>
      <div className={css.score}>
        <span className={css.track} data-below={below} aria-hidden="true">
          <span className={css.fill} style={{ width: percentage(confidence) }} />
          <span className={css.tick} style={{ insetInlineStart: percentage(threshold) }} />
        </span>
        <span className={css.note}>
          {t('trace.sure', { share: percent(confidence) })}
          {below && `, ${t('trace.below')}`}
        </span>
        <span className={css.note}>{t('trace.score', { score: score(points) })}</span>
      </div>
      <Quote text={text} />
    </li>
  );
}

function Timeline({ trace }: { trace: Trace }) {
  const { t } = useTranslation();
  const all = steps(trace);
  return (
    <>
      <div className={css.timeline} aria-hidden="true">
        {all.map(({ name, start, end }) => (
          <span key={name} data-step={name} style={{ flexGrow: end - start }} />
        ))}
      </div>
      <ol className={css.steps}>
        {all.map(({ name, start, end }) => (
          <li key={name}>
            <span className={css.dot} data-step={name} aria-hidden="true" />
            {t(`trace.step.${name}`)}
            <span className={css.took}>{took(end - start)}</span>
            <span className={css.until}>{t('trace.until', { time: took(end) })}</span>
          </li>
        ))}
      </ol>
      {!trace.ended_ms && <p className={css.note}>{t('trace.cut')}</p>}
    </>
  );
}

function Facts({ trace }: { trace: Trace }) {
  const { t } = useTranslation();
  const { provider, model, prompt, finish, calls, input_tokens: input, output_tokens: output, cost_usd: cost } = trace;
  const extractive = provider === 'extractive';
  const facts: [string, ReactNode][] = [
    [t('trace.by'), extractive || provider === 'openai' ? t(`trace.writer.${extractive ? 'extractive' : 'openai'}`) : provider],
    [t('trace.model'), model],
    [t('trace.tokens'), !extractive && (input || output ? t('trace.inOut', { input: count(input), output: count(output) }) : t('trace.uncounted'))],
    [t('trace.cost'), cost === undefined ? t('trace.unknown') : dollars(cost)],
    [t('trace.calls'), calls > 1 && count(calls)],
    [t('trace.finish'), finish],
    [t('trace.prompt'), prompt],
    [t('trace.settings'), count(trace.bot_version)],
  ];
  return (
    <dl className={css.facts}>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
    </dl>
  );
}

const percentage = (share: number) => `${Math.min(Math.max(share, 0), 1) * 100}%`;
