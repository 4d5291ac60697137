import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { traceQuery } from '../../api/conversations';
import { asProblem } from '../../api/problem';
import type { Trace } from '../../api/types';
import { count, dollars } from '../../i18n/format';
import type { Message } from '../../live/transcript';
import { Facts, Part, Query } from '../../parts/explain/part';
import { PassageList } from '../../parts/explain/passage-list';
import { Timeline } from '../../parts/explain/timeline';
import { CloseIcon, PenIcon, WarningIcon } from '../../parts/icons';
import { useMay } from '../../parts/permission';
import { plain } from '../../parts/plain';
import { Empty, Failure, Loading } from '../../parts/states';
import { FixDialog } from '../improve/fix-form';
import css from './why.module.css';

interface Props {
  conversation: string;
  bot: string;
  question?: string; // that it answers
  answer: Message;
  seq: number; // of the answer's end
  close: () => void;
}

/** What produced an answer, beside the conversation. Everything in it is shown as text. */
export function Why({ conversation, bot, question = '', answer, seq, close }: Props) {
  const { t } = useTranslation();
  const trace = useQuery(traceQuery(conversation, seq));
  const may = useMay('manage_bots');
  const [fixing, setFixing] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <aside className={css.why} aria-labelledby="why" onKeyDown={({ key }) => key === 'Escape' && !fixing && close()}>
      <header className={css.head}>
        <h3 id="why" ref={heading} tabIndex={-1} className={css.title}>
          {t('trace.open')}
        </h3>
        <button type="button" className={css.close} aria-label={t('close')} onClick={close}>
          <CloseIcon />
        </button>
      </header>
      <div className={css.body}>
        {may && (
          <Button className={css.fix} size="sm" variant="default" leftSection={<PenIcon size={16} />} onClick={() => setFixing(true)}>
            {t('fix.title')}
          </Button>
        )}
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
      {fixing && (
        <FixDialog
          bot={bot}
          draft={{ question, answer: answer.text ? plain(answer.text) : '' }}
          places={[{ conversation, seq }]}
          close={() => setFixing(false)}
        />
      )}
    </aside>
  );
}

function Explained({ trace, answer }: { trace: Trace; answer: Message }) {
  const { t } = useTranslation();
  const { provider, model, prompt, finish, calls, input_tokens: input, output_tokens: output, cost_usd: cost } = trace;
  const extractive = provider === 'extractive';
  return (
    <>
      {trace.failed && (
        <p className={css.failed}>
          <WarningIcon />
          {t('trace.failed')}
        </p>
      )}
      <Part heading="h4" title={t('trace.query')}>
        <Query text={trace.query} />
      </Part>
      <Part heading="h4" title={t('trace.passages')}>
        <PassageList passages={trace.passages} threshold={trace.threshold} citations={answer.citations} />
      </Part>
      <Part heading="h4" title={t('trace.time')}>
        <Timeline times={trace} />
      </Part>
      <Part heading="h4" title={t('trace.written')}>
        <Facts
          facts={[
            [t('trace.by'), extractive || provider === 'openai' ? t(`trace.writer.${extractive ? 'extractive' : 'openai'}`) : provider],
            [t('trace.model'), model],
            [t('trace.tokens'), !extractive && (input || output ? t('trace.inOut', { input: count(input), output: count(output) }) : t('trace.uncounted'))],
            [t('trace.cost'), cost === undefined ? t('trace.unknown') : dollars(cost)],
            [t('trace.calls'), calls > 1 && count(calls)],
            [t('trace.finish'), finish],
            [t('trace.prompt'), prompt],
            [t('trace.settings'), count(trace.bot_version)],
          ]}
        />
      </Part>
    </>
  );
}
