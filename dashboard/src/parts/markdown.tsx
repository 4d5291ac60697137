import Markdown from 'react-markdown';
import css from './markdown.module.css';

// What visitors write and models return. HTML in it stays text, addresses that
// are not http(s) or mailto lose their link (react-markdown's default), and
// pictures are links: showing one would tell its host who reads.
export default function SafeMarkdown({ text }: { text: string }) {
  return (
    <div className={css.markdown} dir="auto">
      <Markdown
        components={{
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noopener noreferrer nofollow">
              {children}
            </a>
          ),
          img: ({ src, alt }) => (
            <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer nofollow">
              {alt || (typeof src === 'string' ? src : '')}
            </a>
          ),
        }}
      >
        {text}
      </Markdown>
    </div>
  );
}
