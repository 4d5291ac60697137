import type { ReactNode } from 'react';
import css from './explain.module.css';

/** One thing that explains an answer. */
export function Part({ title, heading: Heading = 'h3', children }: { title: string; heading?: 'h3' | 'h4'; children: ReactNode }) {
  return (
    <section className={css.part}>
      <Heading className={css.title}>{title}</Heading>
      {children}
    </section>
  );
}

/** Names with what they are; what is not known is left out. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={css.facts}>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What was searched for, as it was typed or rewritten. */
export function Query({ text }: { text: string }) {
  return (
    <p className={css.query} dir="auto">
      {text}
    </p>
  );
}
