import { useEffect, useLayoutEffect, useRef } from 'react';
import { type Command, meaning, type Pending } from './keys';

// Pages say what they do for a command while they are shown; the one that was
// shown last is asked first.

export type Bindings = Partial<Record<Command, () => void>>;

const layers: { current: Bindings }[] = [];

/** Does these while the component is shown. */
export function useShortcuts(bindings: Bindings): void {
  const latest = useRef(bindings);
  useLayoutEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    layers.push(latest);
    return () => void layers.splice(layers.indexOf(latest), 1);
  }, []);
}

/** Whether anything shown does something for a command. */
export const has = (command: Command): boolean => layers.some((layer) => layer.current[command]);

export function run(command: Command): boolean {
  const found = layers.findLast((layer) => layer.current[command]);
  found?.current[command]?.();
  return found !== undefined;
}

/**
 * Listens to the keyboard; for the one component that surrounds all pages. While something lies over
 * them, or is about to, keys are not theirs: what is typed for it must not close a conversation.
 */
export function useKeyboard(covered: boolean): void {
  const over = useRef(covered);
  useLayoutEffect(() => {
    over.current = covered;
  });
  useEffect(() => {
    let pending: Pending | undefined;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const said = meaning(
        {
          key: event.key,
          ctrl: event.ctrlKey || event.metaKey,
          alt: event.altKey,
          at: event.timeStamp,
          typing: isField(event.target),
          taken: over.current || document.querySelector('[role="dialog"], [role="menu"]') !== null,
        },
        pending,
      );
      pending = said.pending;
      if (said.command && run(said.command)) event.preventDefault();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}
