// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contrast, inkOn, readableOn } from './contrast';

const css = readFileSync('src/theme/tokens.css', 'utf8');

/** The colours of a scheme, as tokens.css declares them. */
function colours(scheme: 'light' | 'dark'): Map<string, string> {
  const block = css.split(`:root[data-mantine-color-scheme='${scheme}'] {\n  color-scheme`)[1]?.split('\n}')[0] ?? '';
  return new Map([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
}

const grounds = ['ground', 'surface', 'sunken', 'hover'];
const readable: [text: string, on: string[]][] = [
  ['text', grounds],
  ['text-dim', grounds],
  ['text-faint', ['surface', 'ground']],
  ['accent-text', ['surface', 'ground', 'accent-tint', 'accent-tint-hover']],
  ['on-accent', ['accent', 'accent-hover']],
  ['text', ['accent-tint', 'danger-tint']],
  ['text-dim', ['accent-tint']],
  ['success-text', ['success-tint', 'surface']],
  ['warning-text', ['warning-tint', 'surface']],
  ['danger-text', ['danger-tint', 'surface', 'ground']],
  ['info-text', ['info-tint', 'surface']],
  ['on-agent', ['agent-solid']],
];

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  const colour = colours(scheme);
  const of = (name: string) => {
    const found = colour.get(name);
    if (!found) throw new Error(`tokens.css has no --${name} for ${scheme}`);
    return found;
  };

  test.each(readable.flatMap(([text, on]) => on.map((ground) => [text, ground])))('%s can be read on %s', (text, ground) => {
    expect(contrast(of(text!), of(ground!))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ['line-control', 'surface'],
    ['accent', 'surface'],
    ['success-solid', 'surface'],
    ['warning-solid', 'surface'],
    ['danger-solid', 'surface'],
    ['accent', 'sunken'],
    ['warning-solid', 'sunken'],
    ['danger-solid', 'sunken'],
  ])('%s can be seen on %s', (control, ground) => {
    expect(contrast(of(control), of(ground))).toBeGreaterThanOrEqual(3);
  });

  test('the words of a destructive button can be read', () => {
    expect(contrast('#ffffff', of('danger-solid'))).toBeGreaterThanOrEqual(4.5);
  });
});

test.each(['#3455db', '#ffff00', '#000000', '#ffffff', '#808080', '#0f766e'])("an owner's accent %s carries legible words", (accent) => {
  expect(contrast(inkOn(accent), accent)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(readableOn(accent, '#f5f6f8'), '#f5f6f8')).toBeGreaterThanOrEqual(4.5);
  expect(contrast(readableOn(accent, '#22252c'), '#22252c')).toBeGreaterThanOrEqual(4.5);
});
