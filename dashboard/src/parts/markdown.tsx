import type { ReactNode } from 'react';
import Markdown from 'react-markdown';
import css from './markdown.module.css';

// What visitors write and models return. HTML in it stays text, addresses that
// are not http(s) or mailto lose their link (so do relative ones, which would lead
// around the dashboard), and pictures are links: showing one would tell its host who reads.
export default function SafeMarkdown({ text }: { text: string }) {
  return (
    <div className={css.markdown} dir="auto">
      <Markdown
        components={{
          a: ({ href, children }) => <Elsewhere to={href}>{children}</Elsewhere>,
          img: ({ src, alt }) => {
            const address = typeof src === 'string' ? src : undefined;
            return <Elsewhere to={address}>{alt || address}</Elsewhere>;
          },
        }}
      >
        {text}
      </Markdown>
    </div>
  );
}

function Elsewhere({ to, children }: { to: string | undefined; children: ReactNode }) {
  if (!to || !/^(https?|mailto):/i.test(to)) return <span>{children}</span>;
  return (
    <a href={to} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
