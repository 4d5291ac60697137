import { Button, TextInput } from '@mantine/core';
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { search } from '../../api/bots';
import type { Passage } from '../../api/types';
import { ExternalIcon, RetryIcon, SearchIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { Empty, Failure, Loading } from '../../parts/states';
import { useBot } from '../bots/use-bot';
import { rememberTrying } from '../home/checklist';
import { PassageList } from './passages';
import css from './try.module.css';
import { useDemo } from './use-demo';

/** The bot as visitors meet it, beside what it finds for a question. */
export default function Try() {
  const { t } = useTranslation();
  const bot = useBot();
  const [round, setRound] = useState(0);
  const [asked, setAsked] = useState('');
  const finding = useMutation({
    mutationFn: (question: string) => search(bot.id, question),
    onSuccess: () => rememberTrying(bot.id),
  });
  const frame = useDemo(bot.id, (question) => {
    setAsked(question);
    finding.mutate(question);
  });
  const demo = `/demo?bot=${encodeURIComponent(bot.id)}`;
  return (
    <Page
      title={t('try.title')}
      state={t('try.state')}
      action={
        <>
          <Button
            variant="default"
            rightSection={<ExternalIcon size={16} />}
            renderRoot={(props) => <a href={demo} target="_blank" rel="noopener" {...props} />}
          >
            {t('try.open')}
          </Button>
          <Button variant="default" leftSection={<RetryIcon size={16} />} onClick={() => setRound(round + 1)}>
            {t('try.reload')}
          </Button>
        </>
      }
    >
      <div className={css.columns}>
        <iframe key={round} className={css.demo} src={demo} title={t('try.demo', { name: bot.name })} {...frame} />
        <Why asked={asked} finding={finding} />
      </div>
    </Page>
  );
}

/** `asked` is what was asked in the chat last; anything else can be typed. */
function Why({ asked, finding }: { asked: string; finding: UseMutationResult<Passage[], Error, string> }) {
  const { t } = useTranslation();
  const { register, handleSubmit } = useForm({ values: { question: asked } });
  const ask = handleSubmit(({ question }) => finding.mutate(question));
  return (
    <section className={css.why} aria-labelledby="why">
      <div>
        <h2 id="why">{t('try.why')}</h2>
        <p className={css.note}>{t('try.whyNote')}</p>
      </div>
      <form className={css.ask} onSubmit={ask}>
        <TextInput className={css.grow} label={t('try.question')} required withAsterisk={false} {...register('question')} />
        <Button type="submit" size="md" leftSection={<SearchIcon size={16} />} loading={finding.isPending}>
          {t('try.search')}
        </Button>
      </form>
      <div aria-live="polite">
        {finding.isPending ? (
          <Loading lines={3} />
        ) : finding.isError ? (
          <Failure error={finding.error} retry={() => void ask()} />
        ) : !finding.data ? null : finding.data.length === 0 ? (
          <Empty title={t('try.nothing')}>{t('try.nothingText')}</Empty>
        ) : (
          <PassageList passages={finding.data} />
        )}
      </div>
    </section>
  );
}
