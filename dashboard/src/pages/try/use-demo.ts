import { useEffect, useRef, useState } from 'react';

/** What the widget offers to the page that it is on (widget/src/contract.ts). */
interface Widget {
  open(): void;
  on(event: 'message', callback: () => void): () => void;
}

const lookEvery = 100;
const lookFor = 10_000;

/** Opens the chat on the demo page in a frame, and tells when something is said in it. The page is our own, so its widget can be reached. */
export function useDemo(onMessage: () => void) {
  const [frame, setFrame] = useState<HTMLIFrameElement | null>(null);
  const [loads, setLoads] = useState(0);
  const latest = useRef(onMessage);
  latest.current = onMessage;

  useEffect(() => {
    if (!frame || loads === 0) return;
    let leave: (() => void) | undefined;
    const begun = Date.now();
    const looking = setInterval(() => {
      const widget = (frame.contentWindow as (Window & { Parley?: Widget }) | null)?.Parley;
      if (Date.now() - begun > lookFor) clearInterval(looking);
      if (!widget) return;
      clearInterval(looking);
      widget.open();
      leave = widget.on('message', () => latest.current());
    }, lookEvery);
    return () => {
      clearInterval(looking);
      leave?.();
    };
  }, [frame, loads]);

  return { ref: setFrame, onLoad: () => setLoads((n) => n + 1) };
}
