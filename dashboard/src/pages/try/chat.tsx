import { ActionIcon, Button, NativeSelect, Textarea } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preview } from '../../api/types';
import { languageName } from '../../i18n/format';
import { Badge, type Tone } from '../../parts/badge';
import { Citations } from '../../parts/citations';
import { BotIcon, RetryIcon, SendIcon } from '../../parts/icons';
import SafeMarkdown from '../../parts/markdown';
import { Empty, Failure } from '../../parts/states';
import css from './chat.module.css';
import type { Turn } from './use-playground';

/** Those that the bot speaks best; a page tells any other too. */
const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'sv', 'tr', 'ar', 'zh', 'ja', 'ko'];

interface Props {
  bot: string; // its name
  starters: string[];
  notice?: string; // what these answers differ by
  turns: Turn[];
  writing: boolean;
  explained?: Turn;
  locale: string;
  setLocale: (locale: string) => void;
  ask: (question: string) => void;
  retry: (turn: Turn) => void;
  startOver: () => void;
  explain: (turn: Turn) => void;
}

/** A chat that is tried: whoever asks plays the visitor. */
export function Chat({ bot, starters, notice, turns, writing, explained, locale, setLocale, ask, retry, startOver, explain }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const end = useRef<HTMLDivElement>(null);
  const said = turns.length + turns.filter((turn) => turn.answer).length;
  useEffect(() => {
    const log = end.current?.parentElement;
    if (log && said > 0) log.scrollTop = log.scrollHeight;
  }, [said]);

  const send = () => {
    const question = text.trim();
    if (question === '' || writing) return;
    setText('');
    ask(question);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <section className={css.chat} aria-label={t('try.chat')}>
      <div role="status">{notice && <p className={css.notice}>{notice}</p>}</div>
      <div className={css.log} role="log" aria-label={t('conversations.transcript')} tabIndex={0}>
        {turns.length === 0 && (
          <div className={css.beginning}>
            <Empty icon={<BotIcon />} title={t('try.empty')}>
              {t('try.emptyText')}
            </Empty>
            {starters.length > 0 && (
              <ul className={css.starters} aria-label={t('try.starters')}>
                {starters.map((starter) => (
                  <li key={starter}>
                    <button type="button" onClick={() => ask(starter)} dir="auto">
                      {starter}
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
        {turns.map((turn) => (
          <Exchange key={turn.id} bot={bot} turn={turn} explained={turn === explained} retry={() => retry(turn)} explain={() => explain(turn)} />
        ))}
        <div ref={end} />
      </div>
      <form
        className={css.compose}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Textarea
          className={css.field}
          aria-label={t('try.question')}
          placeholder={t('try.placeholder')}
          minRows={1}
          maxRows={6}
          maxLength={8000}
          dir="auto"
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <ActionIcon type="submit" className={css.send} size={42} aria-label={t('try.ask')} loading={writing}>
          <SendIcon />
        </ActionIcon>
        <div className={css.foot}>
          <NativeSelect
            className={css.language}
            size="xs"
            aria-label={t('try.language')}
            value={locale}
            onChange={({ currentTarget }) => setLocale(currentTarget.value)}
            data={[{ value: '', label: t('try.anyLanguage') }, ...languages.map((tag) => ({ value: tag, label: t('try.inLanguage', { language: languageName(tag) }) }))]}
          />
          {turns.length > 0 && (
            <Button variant="subtle" color="gray" size="xs" leftSection={<RetryIcon size={14} />} onClick={startOver}>
              {t('try.startOver')}
            </Button>
          )}
        </div>
      </form>
    </section>
  );
}

interface ExchangeProps {
  bot: string;
  turn: Turn;
  explained: boolean;
  retry: () => void;
  explain: () => void;
}

function Exchange({ bot, turn: { question, answer, error }, explained, retry, explain }: ExchangeProps) {
  const { t } = useTranslation();
  return (
    <>
      <p className={css.asked} dir="auto">
        {question}
      </p>
      {error !== undefined ? (
        <Failure error={error} retry={retry} />
      ) : (
        <article className={css.answer} aria-busy={!answer}>
          <p className={css.author}>
            <BotIcon size={16} />
            {bot}
            {answer && <AnsweredBy by={answer.answered_by} />}
          </p>
          <div className={css.bubble} data-chosen={explained && answer !== undefined}>
            {answer ? <SafeMarkdown text={answer.text} /> : <p className={css.writing}>{t('conversations.writing')}</p>}
          </div>
          {answer && answer.citations.length > 0 && <Citations citations={answer.citations} />}
          {answer && (
            <p className={css.meta}>
              {answer.offer === 'handoff' && `${t('try.offered')} · `}
              <button type="button" className={css.why} aria-pressed={explained} onClick={explain}>
                {t('trace.open')}
              </button>
            </p>
          )}
        </article>
      )}
    </>
  );
}

const tones: Record<Preview['answered_by'], Tone> = { faq: 'success', model: 'accent', extractive: 'accent', small_talk: 'neutral', nothing: 'warning' };

export function AnsweredBy({ by }: { by: Preview['answered_by'] }) {
  const { t } = useTranslation();
  return <Badge tone={tones[by]}>{t(`try.by.${by}`)}</Badge>;
}
