import { useEffect, useState } from 'react';
import { ago, exact } from '../i18n/format';

/** When something happened: relative up to a day, exact on hover. Keeps up with the clock. */
export function Ago({ at }: { at: string }) {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, []);
  const date = new Date(at);
  // A row that arrives between two ticks is newer than `now`.
  return (
    <time dateTime={at} title={exact(date)}>
      {ago(date, date > now ? date : now)}
    </time>
  );
}
