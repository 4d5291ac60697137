import { type RefObject, useLayoutEffect, useRef } from 'react';

/** How near the end counts as reading along. */
const near = 80;

/** A line that is in view, and how far below the view's top it begins. */
interface Place {
  line: Element;
  top: number;
}

/**
 * Where somebody is in a log. Whoever reads its end goes on with it; whoever scrolled up
 * stays with the line that they read, whatever comes above it. Browsers see to that
 * themselves but for a view that is at its top, and some never do: the style sheet turns theirs off.
 * Returns what is to be told of each scroll.
 */
export function usePlace(view: RefObject<HTMLElement | null>): (view: HTMLElement) => void {
  const following = useRef(true);
  const place = useRef<Place>(undefined);
  // After each drawing, before it is shown.
  useLayoutEffect(() => {
    const at = view.current;
    if (!at) return;
    if (following.current) at.scrollTop = at.scrollHeight;
    else if (place.current?.line.isConnected) at.scrollTop += topOf(place.current.line, at) - place.current.top;
    place.current = placeIn(at);
  });
  return (at) => {
    following.current = at.scrollHeight - at.scrollTop - at.clientHeight < near;
    place.current = placeIn(at);
  };
}

/** The first line that is in view, wholly or in part. */
function placeIn(view: Element): Place | undefined {
  for (const line of view.querySelectorAll('[data-line]')) {
    const top = topOf(line, view);
    if (top + line.clientHeight > 0) return { line, top };
  }
  return undefined;
}

const topOf = (line: Element, view: Element): number => line.getBoundingClientRect().top - view.getBoundingClientRect().top;
