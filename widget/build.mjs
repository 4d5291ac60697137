/**
 * Builds dist/: what lies in dist/widget/ has a name that changes with its
 * content, the loader and the demo page know these names. `build` can write
 * elsewhere, so that a test may measure what the sources give, not what was built last.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as vite } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Browsers that know :dir(), which would else be guessed from languages; older ones show the chat without tails on its bubbles. */
const cssTarget = ['chrome120', 'edge120', 'firefox115', 'safari16.4']

/** One classic script: pages need neither modules nor cross-origin headers for it. `preact` is the file to take that from, where it is not its own. */
async function bundle(entry, define, preact) {
  const { output } = await vite({
    root: here,
    logLevel: 'warn',
    publicDir: false,
    define,
    resolve: { alias: preact ? [{ find: /^preact(\/hooks)?$/, replacement: join(here, preact) }] : [] },
    // The older form: elements take their children as arguments, which is smaller.
    oxc: { jsx: { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment', development: false } }, // whatever NODE_ENV says
    build: { write: false, target: 'es2022', cssTarget, modulePreload: false, rollupOptions: { input: join(here, entry), output: { format: 'iife' } } },
  })
  return output[0].code
}

export async function build(out) {
  await mkdir(join(out, 'widget'), { recursive: true })
  const publish = async (name, content) => {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 10)
    const path = `/widget/${name.replace('.', `-${hash}.`)}`
    await writeFile(join(out, path), content)
    return path
  }
  const more = await bundle('src/more/more.tsx', {}, 'src/more/kit.ts')
  const app = await bundle('src/app.tsx', { __MORE__: JSON.stringify(await publish('more.js', more)) })
  const loader = await bundle('src/loader/loader.ts', { __APP__: JSON.stringify(await publish('app.js', app)) })
  await writeFile(join(out, 'widget.js'), loader)
  let demo = await readFile(join(here, 'demo/demo.html'), 'utf8')
  for (const name of ['demo.css', 'demo.js']) {
    demo = demo.replace(`/widget/${name}`, await publish(name, await readFile(join(here, 'demo', name), 'utf8')))
  }
  await writeFile(join(out, 'demo.html'), demo)
  return { app, loader, more }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(here, 'dist')
  // The placeholder is committed: it keeps `go build` working.
  for (const file of await readdir(dist)) if (file !== 'placeholder.txt') await rm(join(dist, file), { recursive: true })
  await build(dist)
}
