import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';
import '../i18n/all';

afterEach(() => {
  if (typeof document !== 'undefined') cleanup();
});

// What jsdom lacks and Mantine asks for.
if (typeof window !== 'undefined') {
  window.matchMedia ??= (query: string) =>
    ({
      matches: false,
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }) as unknown as MediaQueryList;
  if (!('fonts' in document)) Object.assign(document, { fonts: new EventTarget() });
  window.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
}
