import { type RefObject, useEffect, useLayoutEffect, useReducer, useRef } from 'react';
import { flushSync } from 'react-dom';
import { shiftOf, type Span, Slots, spanOf } from './rows';

/** After the last change, and at the latest since the first: then elements stand in the order in which they are read. */
const settled = 120;
const settledLatest = 1000;

/** After the last leap over more than can be seen: then the rows beyond are drawn. */
const landed = 60;

interface Drawn<T> {
  item: T;
  index: number;
  slot: number;
}

/**
 * The rows of a list of fixed height that are to be drawn, in the order of their
 * elements; `kept`, where it is not -1, is drawn wherever it is. What comes above the rows that are
 * read does not push them away.
 */
export function useRows<T extends { id: string }>(box: RefObject<HTMLElement | null>, items: readonly T[], rowHeight: number, kept: number) {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const slots = useRef(new Slots());
  // Where the list was scrolled to, and which items it showed then.
  const seen = useRef({ top: 0, fitting: 0, down: true, scrolled: false, leaping: false, items });
  const before = useRef<number[]>([]);
  const order = useRef<number[]>([]);
  const quiet = useRef<{ timer?: ReturnType<typeof setTimeout>; since: number }>({ since: 0 });

  const { fitting, down, scrolled, leaping } = seen.current;
  const shift = scrolled ? shiftOf(seen.current.items, items, seen.current.top, fitting) : 0;
  const top = Math.max(0, Math.min(seen.current.top + shift, items.length - 1));
  const span: Span = fitting === 0 ? { from: 0, to: 0 } : spanOf(top, fitting, items.length, leaping ? 'none' : down ? 'below' : 'above');

  useLayoutEffect(() => {
    const scroller = box.current;
    if (!scroller) return;
    if (shift !== 0) scroller.scrollTop += shift * rowHeight;
    seen.current = { ...seen.current, top, items };
  });

  useLayoutEffect(() => {
    const scroller = box.current;
    if (!scroller) return;
    let landing: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const { scrollTop } = scroller;
      const before = seen.current;
      const at = Math.floor(scrollTop / rowHeight);
      const fit = Math.ceil(scroller.clientHeight / rowHeight);
      const by = at - before.top;
      const leaping = before.leaping || (fit > 0 && Math.abs(by) >= fit);
      seen.current = { ...before, top: at, fitting: fit, down: by === 0 ? before.down : by > 0, scrolled: scrollTop > 0, leaping };
      if (leaping) {
        clearTimeout(landing);
        landing = setTimeout(() => {
          seen.current.leaping = false;
          draw();
        }, landed);
      }
      // In the frame that shows the place it was scrolled to, and in no later one.
      return at !== before.top || fit !== before.fitting;
    };
    if (look()) draw();
    const scroll = () => {
      if (look()) flushSync(draw);
    };
    scroller.addEventListener('scroll', scroll, { passive: true });
    const sizes = new ResizeObserver(() => {
      if (look()) draw();
    });
    sizes.observe(scroller);
    return () => {
      clearTimeout(landing);
      scroller.removeEventListener('scroll', scroll);
      sizes.disconnect();
    };
  }, [box, rowHeight]);

  const indexes: number[] = [];
  for (let i = span.from; i < span.to; i++) indexes.push(i);
  if (fitting > 0 && kept >= 0 && kept < items.length && (kept < span.from || kept >= span.to)) indexes.push(kept);
  // Whoever leaps sees none of the rows beyond: their elements wait, as they are, for where that ends.
  for (let i = 0; leaping && i < before.current.length && indexes.length < before.current.length; i++) {
    const index = before.current[i]!;
    if (index < items.length && !indexes.includes(index)) indexes.push(index);
  }
  indexes.sort((a, b) => a - b);
  const taken = slots.current.of(indexes.map((index) => items[index]!.id));
  const inOrder = indexes.map((index, i): Drawn<T> => ({ item: items[index]!, index, slot: taken[i]! }));
  // An element that is moved is laid out as one that is made: while rows come and go each stays where it is.
  const place = new Map(order.current.map((slot, i) => [slot, i]));
  const drawn = inOrder.slice().sort((a, b) => (place.get(a.slot) ?? order.current.length) - (place.get(b.slot) ?? order.current.length));

  useLayoutEffect(() => {
    before.current = indexes;
  });
  useEffect(() => {
    const wanted = inOrder.map(({ slot }) => slot);
    const now = drawn.map(({ slot }) => slot);
    clearTimeout(quiet.current.timer);
    if (wanted.every((slot, i) => slot === now[i])) {
      order.current = wanted;
      quiet.current.since = 0;
      return;
    }
    order.current = now;
    quiet.current.since ||= Date.now();
    const wait = Math.max(0, Math.min(settled, quiet.current.since + settledLatest - Date.now()));
    quiet.current.timer = setTimeout(() => {
      order.current = wanted;
      draw();
    }, wait);
  });
  useEffect(() => () => clearTimeout(quiet.current.timer), []);

  const toRow = (index: number) => {
    const scroller = box.current;
    if (!scroller) return;
    const start = index * rowHeight;
    const end = start + rowHeight - scroller.clientHeight;
    if (scroller.scrollTop > start) scroller.scrollTop = start;
    else if (scroller.scrollTop < end) scroller.scrollTop = end;
  };
  return { drawn, top, last: span.to - 1, toRow };
}
