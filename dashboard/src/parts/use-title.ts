import { useEffect } from 'react';

let named = 'Parley';
let calls = 0;

/** Names the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    named = `${title} · Parley`;
    show();
  }, [title]);
}

/** How much waits for the user, before the tab's name: "(3) Inbox · Parley". */
export function setBadge(count: number): void {
  calls = count;
  show();
}

function show(): void {
  document.title = calls > 0 ? `(${calls > 99 ? '99+' : calls}) ${named}` : named;
}
