import { useEffect, useRef, useState } from 'react';
import { eventsAfter, newestOf } from '../../api/conversations';

/** What the widget offers to the page that it is on (widget/src/contract.ts). */
interface Widget {
  open(): void;
  on(event: 'message', callback: () => void): () => void;
}

const lookEvery = 100;
const lookFor = 10_000;
/** The question is committed a moment after it is shown; an answer's arrival asks again. */
const settle = 400;

/**
 * Opens the chat on the demo page in a frame, and calls back with the question
 * that was asked there last. The page is our own, so its widget can be reached.
 */
export function useDemo(bot: string, onQuestion: (question: string) => void) {
  const [frame, setFrame] = useState<HTMLIFrameElement | null>(null);
  const [loads, setLoads] = useState(0);
  const latest = useRef(onQuestion);
  latest.current = onQuestion;

  useEffect(() => {
    if (!frame || loads === 0) return;
    let leave: (() => void) | undefined;
    let reading: ReturnType<typeof setTimeout> | undefined;
    let told = '';
    const read = async () => {
      const question = await lastQuestion(bot).catch(() => undefined); // a convenience: the field is there to type
      if (!question || question.id === told) return;
      told = question.id;
      latest.current(question.text);
    };
    const begun = Date.now();
    const looking = setInterval(() => {
      const widget = (frame.contentWindow as (Window & { Parley?: Widget }) | null)?.Parley;
      if (Date.now() - begun > lookFor) clearInterval(looking);
      if (!widget) return;
      clearInterval(looking);
      widget.open();
      leave = widget.on('message', () => {
        clearTimeout(reading);
        reading = setTimeout(() => void read(), settle);
      });
    }, lookEvery);
    return () => {
      clearInterval(looking);
      clearTimeout(reading);
      leave?.();
    };
  }, [bot, frame, loads]);

  return { ref: setFrame, onLoad: () => setLoads((n) => n + 1) };
}

/** The last thing a visitor asked in the bot's newest conversation, if that is one of the demo page's. */
async function lastQuestion(bot: string): Promise<{ id: string; text: string } | undefined> {
  const conversation = await newestOf(bot);
  if (!conversation?.page?.startsWith(`${window.location.origin}/demo`)) return undefined;
  // The last few events are enough: a question is followed by its answer's start and end.
  const { events } = await eventsAfter(conversation.id, Math.max(0, conversation.seq - 20));
  for (const event of events.toReversed()) {
    if (event.type !== 'message.created' || event.data.author?.kind !== 'visitor') continue;
    if (event.data.message && event.data.text) return { id: event.data.message, text: event.data.text };
  }
  return undefined;
}
