// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from './en';

interface Catalogue {
  [key: string]: string | Catalogue;
}

function keys(catalogue: Catalogue, prefix = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? prefix + key.replace(/_(one|other)$/, '') : keys(value, `${prefix}${key}.`),
  );
}

const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.test.ts') && !path.endsWith('.test.tsx'))
  .map((path) => readFileSync(join('src', path), 'utf8'))
  .join('\n');

test('the catalogue holds no words that nothing shows', () => {
  // t(`a.${b}.c`) uses every key of that form.
  const patterns = [...source.matchAll(/t\(`([^`]+)`/g)].map(
    ([, template = '']) => new RegExp(`^${template.replaceAll('.', '\\.').replace(/\$\{[^}]+\}/g, '[^.]+')}$`),
  );
  const unused = keys(en).filter((key) => !source.includes(`'${key}'`) && !patterns.some((pattern) => pattern.test(key)));
  expect(unused).toEqual([]);
});
