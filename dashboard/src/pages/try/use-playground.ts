import { useRef, useState } from 'react';
import { preview } from '../../api/improve';
import type { NewPreview, Preview, SettingsPatch } from '../../api/types';

/** A question that was tried, with its answer or why there is none; neither while it is written. */
export interface Turn {
  id: number;
  question: string;
  before: NonNullable<NewPreview['history']>;
  answer?: Preview;
  error?: unknown;
}

interface How {
  locale?: string;
  settings?: SettingsPatch; // what differs from those that are saved
}

/** The server takes so many things that were said before. */
const mostHistory = 20;

/** Questions and answers that nothing is kept of: they are gone with the page. */
export function usePlayground(bot: string, answered: () => void) {
  const [turns, setTurns] = useState<Turn[]>([]);
  const [round, setRound] = useState(0);
  const [chosen, setChosen] = useState<number>();
  const lastId = useRef(0);
  const current = useRef(0);
  const writing = turns.some((turn) => !turn.answer && turn.error === undefined);

  /** Asks, with what was said so far or with what is given as said before. */
  const ask = async (question: string, how: How, before = historyOf(turns)) => {
    const id = ++lastId.current;
    const begun = current.current;
    setTurns((all) => [...all.filter((turn) => turn.answer), { id, question, before }]);
    setChosen(id);
    const end = (said: Pick<Turn, 'answer' | 'error'>) => {
      if (begun === current.current) setTurns((all) => all.map((turn) => (turn.id === id ? { ...turn, ...said } : turn)));
    };
    try {
      end({ answer: await preview(bot, { text: question, history: before, ...how }) });
      answered();
    } catch (error) {
      end({ error });
    }
  };

  const startOver = () => {
    setRound(++current.current);
    setTurns([]);
    setChosen(undefined);
  };

  return { turns, writing, ask, startOver, round, choose: setChosen, explained: turns.find((turn) => turn.id === chosen) ?? turns.at(-1) };
}

/** What was said, as an answer to the next question would know it. */
export function historyOf(turns: Turn[]): Turn['before'] {
  return turns
    .flatMap(({ question, answer }) =>
      answer ? [{ role: 'visitor' as const, text: question }, { role: 'business' as const, text: answer.text }] : [],
    )
    .slice(-mostHistory);
}
