/**
 * Builds dist/: the app chunk under a name that changes with its content, the
 * loader that knows this name, and the demo page. `build` can write elsewhere,
 * so that a test may measure what the sources give, not what was built last.
 */
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as vite } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))

/** One classic script: pages need neither modules nor cross-origin headers for it. */
async function bundle(entry, define) {
  const { output } = await vite({
    root: here,
    logLevel: 'warn',
    publicDir: false,
    define,
    build: { write: false, target: 'es2022', modulePreload: false, rollupOptions: { input: join(here, entry), output: { format: 'iife' } } },
  })
  return output[0].code
}

export async function build(out) {
  const app = await bundle('src/app.tsx')
  const name = `/widget/app-${createHash('sha256').update(app).digest('hex').slice(0, 10)}.js`
  const loader = await bundle('src/loader/loader.ts', { __APP__: JSON.stringify(name) })
  await mkdir(join(out, 'widget'), { recursive: true })
  await writeFile(join(out, name), app)
  await writeFile(join(out, 'widget.js'), loader)
  await cp(join(here, 'demo'), join(out, 'widget'), { recursive: true, filter: (path) => !path.endsWith('.html') })
  await cp(join(here, 'demo/demo.html'), join(out, 'demo.html'))
  return { app, loader }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(here, 'dist')
  // The placeholder is committed: it keeps `go build` working.
  for (const file of await readdir(dist)) if (file !== 'placeholder.txt') await rm(join(dist, file), { recursive: true })
  await build(dist)
}
