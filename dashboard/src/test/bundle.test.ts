// @vitest-environment node
import { gzipSync } from 'node:zlib';
import type { Rollup } from 'vite';
import { build } from 'vite';
import { beforeAll, describe, expect, test, vi } from 'vitest';

/** What a browser loads before the first page is shown. */
const mostInitialScript = 250_000; // bytes, gzipped

let output: Rollup.RollupOutput['output'];
let page: string;

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production'); // as `npm run build` has it; else React is the one for developers
  const built = await build({ mode: 'production', logLevel: 'error', build: { write: false } });
  output = (built as Rollup.RollupOutput).output;
  page = String((output.find(({ fileName }) => fileName === 'index.html') as Rollup.OutputAsset).source);
}, 120_000);

describe('the built pages', () => {
  test(`load at most ${mostInitialScript / 1000} kB of script at first`, () => {
    const chunks = new Map(output.filter((file) => file.type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
    const entry = [...chunks.values()].find((chunk) => chunk.isEntry);
    const needed = new Set<string>();
    const need = (name: string) => {
      if (needed.has(name)) return;
      needed.add(name);
      chunks.get(name)?.imports.forEach(need);
    };
    need(entry!.fileName);
    const size = [...needed].reduce((sum, name) => sum + gzipSync(chunks.get(name)!.code).length, 0);
    expect(size).toBeGreaterThan(50_000); // else this measures nothing
    expect(size).toBeLessThanOrEqual(mostInitialScript);
  });

  test('have no inline script or style, which their policy forbids', () => {
    expect(page).toMatch(/<script type="module"[^>]* src="\/assets\//);
    expect(page).not.toMatch(/<script(?![^>]* src=)/);
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
  });

  test('load nothing from elsewhere', () => {
    expect(page.match(/(?:src|href)="(?!\/assets\/)[^"]*"/g)).toBeNull();
    for (const file of output) {
      if (file.type === 'asset' && file.fileName.endsWith('.css')) expect(String(file.source)).not.toMatch(/url\(["']?(https?:|\/\/|data:)/);
    }
  });
});
