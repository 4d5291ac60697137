import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import SafeMarkdown from './markdown';

const shown = (text: string) => render(<SafeMarkdown text={text} />).container;

test('markdown is shown as formatting', () => {
  const page = shown('**45 days**\n\n- one\n- two');
  expect(page.querySelector('strong')?.textContent).toBe('45 days');
  expect(page.querySelectorAll('li')).toHaveLength(2);
});

test.each([
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '![x](javascript:alert(1))',
  '<a href="javascript:alert(1)">x</a>',
  '[x](data:text/html,<script>alert(1)</script>)',
  '<iframe src="https://evil.example"></iframe>',
])('%s does nothing', (text) => {
  const page = shown(text);
  expect(page.querySelector('script, iframe, img, [onerror]')).toBeNull();
  for (const link of page.querySelectorAll('a')) expect(link.getAttribute('href') ?? '').not.toMatch(/^(javascript|data):/i);
});

test('pictures are links, so that their host does not learn who reads', () => {
  const page = shown('![a tent](https://shop.example/tent.png)');
  expect(page.querySelector('img')).toBeNull();
  expect(page.querySelector('a')).toMatchObject({ href: 'https://shop.example/tent.png', rel: 'noopener noreferrer nofollow' });
});

test.each(['[x](/settings)', '[x](settings?delete=1)', '[x](//evil.example)', '![x](pixel.png)', '[x]\n\n[x]: evil.example', '[x](#top)'])(
  '%s is no link: it would lead around the dashboard',
  (text) => {
    const page = shown(text);
    expect(page.querySelector('a')).toBeNull();
    expect(page.textContent).toContain('x');
  },
);
