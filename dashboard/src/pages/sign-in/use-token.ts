import { useEffect, useState } from 'react';

/** What a mail's link has behind its #, which no server is sent. It leaves the address, and what the browser remembers. */
export function useToken(): string {
  const [token] = useState(() => window.location.hash.slice(1));
  useEffect(() => window.history.replaceState(window.history.state, '', window.location.pathname), []);
  return token;
}
