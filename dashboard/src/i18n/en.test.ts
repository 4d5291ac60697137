// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { all } from './all';
import { en } from './en';

interface Catalogue {
  [key: string]: string | Catalogue;
}

function keys(catalogue: Catalogue, prefix = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? prefix + key.replace(/_(zero|one|other)$/, '') : keys(value, `${prefix}${key}.`),
  );
}

const files = new Map(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|^test\//.test(path))
    .map((path) => [join('src', path), readFileSync(join('src', path), 'utf8')]),
);

const known = all.flatMap((words) => keys(words));

/** The keys that a file names: t('a.b.c') one, t(`a.${b}.c`) all of that form. */
const used = new Map(
  [...files].map(([file, source]) => {
    const named = new Set([...source.matchAll(/'([a-zA-Z.]+)'/g)].map(([, key]) => key));
    const patterns = [...source.matchAll(/`([a-zA-Z]+\.[^`]+)`/g)].map(
      ([, template = '']) => new RegExp(`^${template.replaceAll('.', '\\.').replace(/\$\{[^}]+\}/g, '[^.]+')}$`),
    );
    return [file, known.filter((key) => named.has(key) || patterns.some((pattern) => pattern.test(key)))];
  }),
);

/** The file that an import names, as seen from another. */
function fileOf(from: string, name: string): string | undefined {
  const path = join(dirname(from), name);
  return [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((at) => files.has(at));
}

/** What is there once a file has come: it, and all that it imports. */
function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, name = ''] of (files.get(file) ?? '').matchAll(/^(?:import|export) (?!type )(?:[^;']*? from )?'(\.[^']*)'/gm)) {
    const next = fileOf(file, name);
    if (next) withImports(next, seen);
  }
  return seen;
}

/** What a set of files shows, and none of them brings along. */
function missing(reached: Set<string>): string[] {
  const there = new Set([en, ...all.filter((words) => [...reached].some((file) => added.get(file) === words))].flatMap((words) => keys(words)));
  return [...new Set([...reached].flatMap((file) => used.get(file)!))].filter((key) => !there.has(key));
}

/** Which words each file of words adds. */
const added = new Map(
  [...files].flatMap(([file, source]) => {
    const name = /^addWords\((\w+)\)/m.exec(source)?.[1];
    const names = /all = \[(.*)\]/.exec(files.get(join('src', 'i18n', 'all.ts'))!)![1]!.split(', ');
    return name ? [[file, all[names.indexOf(name)]]] : [];
  }),
);

describe('the catalogue', () => {
  test('holds no words that nothing shows', () => {
    const shown = new Set([...used.values()].flat());
    expect(known.filter((key) => !shown.has(key))).toEqual([]);
  });

  test('says each thing once', () => {
    const each = all.flatMap((words) => [...new Set(keys(words))]);
    expect(each.filter((key, at) => each.indexOf(key) !== at)).toEqual([]);
  });
});

describe('words are there before what shows them', () => {
  test('and each key begins with a word, by which it is found here', () => {
    expect([...files].filter(([, source]) => /\bt\(`\$\{/.test(source)).map(([file]) => file)).toEqual([]);
  });

  const fetched = [...files].flatMap(([file, source]) => [...source.matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, name = '']) => fileOf(file, name)!));

  test('in the first script', () => {
    const first = withImports(join('src', 'main.tsx'));
    expect(first.size).toBeGreaterThan(50); // else this measures nothing
    expect(missing(first)).toEqual([]);
  });

  test.each([...new Set(fetched)])('in %s', (page) => {
    expect(missing(withImports(page))).toEqual([]);
  });
});
