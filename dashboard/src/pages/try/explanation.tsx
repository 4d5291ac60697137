import { Button } from '@mantine/core';
import { type Ref, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preview } from '../../api/types';
import { count, dollars } from '../../i18n/format';
import { Facts, Part, Query } from '../../parts/explain/part';
import { PassageList } from '../../parts/explain/passage-list';
import { Timeline } from '../../parts/explain/timeline';
import { CheckIcon, PenIcon, RetryIcon } from '../../parts/icons';
import { useMay } from '../../parts/permission';
import { plain } from '../../parts/plain';
import { FixDialog } from '../improve/fix-form';
import { TestDialog } from '../tests/test-form';
import css from './try.module.css';
import type { Turn } from './use-playground';

interface Props {
  bot: string;
  turn?: Turn;
  again: (turn: Turn) => void;
  heading: Ref<HTMLHeadingElement>;
}

/** What an answer rests on and how it came to be, and what can be done about it. */
export function Explanation({ bot, turn, again, heading }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <h2 ref={heading} tabIndex={-1} className={css.heading}>
        {t('trace.open')}
      </h2>
      {!turn ? (
        <p className={css.note}>{t('try.whyNote')}</p>
      ) : turn.error !== undefined ? (
        <p className={css.note}>{t('try.unanswered')}</p>
      ) : turn.answer ? (
        <Explained key={turn.id} bot={bot} question={turn.question} answer={turn.answer} again={() => again(turn)} />
      ) : (
        <p className={css.note}>{t('conversations.writing')}</p>
      )}
    </>
  );
}

function Explained({ bot, question, answer, again }: { bot: string; question: string; answer: Preview; again: () => void }) {
  const { t } = useTranslation();
  const may = useMay('manage_bots');
  const [doing, setDoing] = useState<'fix' | 'test'>();
  const close = () => setDoing(undefined);
  const { answered_by: by, timing_ms: timing, input_tokens: input, output_tokens: output, cost_micros: cost } = answer;
  return (
    <>
      <p>{t(`try.because.${by}`)}</p>
      <div className={css.actions}>
        {may && (
          <>
            <Button size="sm" variant="light" leftSection={<PenIcon size={16} />} onClick={() => setDoing('fix')}>
              {t('fix.title')}
            </Button>
            <Button size="sm" variant="default" leftSection={<CheckIcon size={16} />} onClick={() => setDoing('test')}>
              {t('try.keepTest')}
            </Button>
          </>
        )}
        <Button size="sm" variant="default" leftSection={<RetryIcon size={16} />} onClick={again}>
          {t('try.again')}
        </Button>
      </div>
      {by !== 'small_talk' && (
        <>
          <Part title={t('trace.query')}>
            <Query text={answer.query} />
          </Part>
          <Part title={t('trace.passages')}>
            <PassageList passages={answer.passages} threshold={answer.threshold} citations={answer.citations} />
          </Part>
        </>
      )}
      <Part title={t('try.prompt')}>
        {answer.prompt.length === 0 ? (
          <p className={css.note}>{t('try.noPrompt')}</p>
        ) : (
          <details className={css.prompt}>
            <summary>{t('try.showPrompt', { count: answer.prompt.length })}</summary>
            {answer.prompt.map(({ role, text }, i) => (
              <div key={i}>
                <p className={css.role}>{role}</p>
                <pre tabIndex={0}>{text}</pre>
              </div>
            ))}
          </details>
        )}
      </Part>
      <Part title={t('trace.time')}>
        <Timeline times={{ retrieved_ms: timing.retrieved, first_ms: timing.first_piece, ended_ms: timing.ended }} />
      </Part>
      {by === 'model' && (
        <Part title={t('trace.written')}>
          <Facts
            facts={[
              [t('trace.model'), answer.model],
              [t('trace.tokens'), input || output ? t('trace.inOut', { input: count(input), output: count(output) }) : t('trace.uncounted')],
              [t('trace.cost'), cost === undefined ? t('trace.unknown') : dollars(cost / 1_000_000)],
            ]}
          />
        </Part>
      )}
      {doing === 'fix' && <FixDialog bot={bot} draft={{ question, answer: by === 'nothing' ? '' : plain(answer.text) }} close={close} />}
      {doing === 'test' && (
        <TestDialog bot={bot} draft={{ text: question, source: answer.citations[0]?.source, nothing: by === 'nothing' || undefined }} close={close} />
      )}
    </>
  );
}
