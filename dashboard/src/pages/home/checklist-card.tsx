import { Button, Progress, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { CheckIcon } from '../../parts/icons';
import { FormFailure } from '../../parts/states';
import { useCreateBot } from '../bots/use-create-bot';
import { done, type Facts, next, type Step, steps } from './checklist';
import css from './home.module.css';

export function Checklist({ facts }: { facts: Facts }) {
  const { t } = useTranslation();
  const current = next(facts);
  const finished = steps.filter((step) => done(step, facts)).length;
  return (
    <section className={css.checklist} aria-labelledby="checklist">
      <header className={css.head}>
        <h2 id="checklist">{t('checklist.title')}</h2>
        <span className={css.finished}>{t('checklist.progress', { done: finished, all: steps.length })}</span>
        <Progress className={css.bar} value={(finished / steps.length) * 100} size={4} aria-label={t('checklist.title')} />
      </header>
      <ol className={css.steps}>
        {steps.map((step, i) => (
          <li key={step} className={css.step} data-state={done(step, facts) ? 'done' : step === current ? 'current' : 'later'}>
            <span className={css.tick}>
              {done(step, facts) ? <CheckIcon size={14} /> : i + 1}
              {done(step, facts) && <span className="hidden-visually">{t('checklist.done')}</span>}
            </span>
            <div className={css.words}>
              <p className={css.name}>{t(`checklist.${step}.title`)}</p>
              {step === current && <p className={css.text}>{t(`checklist.${step}.text`)}</p>}
            </div>
            {step === current && <div className={css.do}>{action(step, facts)}</div>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function action(step: Step, { bot }: Facts): ReactNode {
  if (bot === undefined) return <CreateFirstBot />;
  const to = { source: 'knowledge', try: 'try', paste: 'install', conversation: 'install', bot: 'settings' } as const;
  return <Go bot={bot.id} page={to[step]} step={step} />;
}

function Go({ bot, page, step }: { bot: string; page: 'knowledge' | 'try' | 'install' | 'settings'; step: Step }) {
  const { t } = useTranslation();
  return (
    <Button renderRoot={(props) => <Link to={`/bots/$bot/${page}`} params={{ bot }} {...props} />}>
      {t(`checklist.${step}.action`)}
    </Button>
  );
}

function CreateFirstBot() {
  const { t } = useTranslation();
  const create = useCreateBot();
  const { register, handleSubmit } = useForm({ defaultValues: { name: '' } });
  return (
    <form className={css.form} onSubmit={handleSubmit(({ name }) => create.mutate(name))}>
      <TextInput label={t('bots.name')} placeholder={t('bots.namePlaceholder')} required withAsterisk={false} {...register('name')} />
      <Button type="submit" size="md" loading={create.isPending}>
        {t('bots.create')}
      </Button>
      <FormFailure error={create.error} />
    </form>
  );
}
