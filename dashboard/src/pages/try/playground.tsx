import { SegmentedControl } from '@mantine/core';
import { useRef, useState } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Bot } from '../../api/types';
import { type Answering, answeringOf } from '../settings/answering';
import { changesOf } from '../settings/changes';
import { Chat } from './chat';
import { Explanation } from './explanation';
import { Trial } from './trial';
import css from './try.module.css';
import type { Turn, usePlayground } from './use-playground';

const besides = ['why', 'settings'] as const;
type Beside = (typeof besides)[number];

interface Props {
  bot: Bot;
  game: ReturnType<typeof usePlayground>;
}

/** Questions on one side; on the other why they are answered so, or the settings to answer with. */
export function Playground({ bot, game }: Props) {
  const { t } = useTranslation();
  const [beside, setBeside] = useState<Beside>('why');
  const [locale, setLocale] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const saved = answeringOf(bot.settings);
  const form = useForm<Answering>({ defaultValues: saved });
  const changed = changesOf(saved, form.watch());
  const tried = Object.keys(changed).length;

  const ask = (question: string, before?: Turn['before']) => {
    setBeside('why');
    void game.ask(question, { locale: locale || undefined, settings: tried > 0 ? changed : undefined }, before);
  };
  const explain = (turn: Turn) => {
    setBeside('why');
    game.choose(turn.id);
    setTimeout(() => heading.current?.focus()); // once it is there; on a phone this also brings it into view
  };
  return (
    <div className={css.columns}>
      <div className={css.side}>
        <Chat
          key={game.round}
          bot={bot.name}
          notice={tried > 0 ? t('try.tried', { count: tried }) : undefined}
          starters={bot.appearance.starters}
          turns={game.turns}
          writing={game.writing}
          explained={game.explained}
          locale={locale}
          setLocale={setLocale}
          ask={ask}
          retry={({ question, before }) => ask(question, before)}
          startOver={game.startOver}
          explain={explain}
        />
      </div>
      <section className={css.beside} aria-label={t(`try.beside.${beside}`)}>
        <SegmentedControl
          fullWidth
          aria-label={t('try.besideLabel')}
          value={beside}
          onChange={(value) => setBeside(value as Beside)}
          data={besides.map((value) => ({ value, label: t(`try.beside.${value}`) }))}
        />
        <FormProvider {...form}>
          {beside === 'settings' ? (
            <Trial bot={bot} changed={changed} saved={() => form.reset(form.getValues())} discard={() => form.reset(saved)} />
          ) : (
            <Explanation bot={bot.id} turn={game.explained} again={({ question, before }) => ask(question, before)} heading={heading} />
          )}
        </FormProvider>
      </section>
    </div>
  );
}

