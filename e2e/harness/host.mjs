/** A business's own website: another origin than Parley's, with the line pasted into its pages. */
import { createServer } from 'node:http'

const words = `
  <h1>Fernway Cycles</h1>
  <p>Touring bicycles, made to last. The workshop is open on weekdays from nine to five.</p>
  <p>Every bicycle leaves our workshop ready to ride, with lights, a bell and a stand. We ship to all islands.</p>`

const page = ({ snippet, body = words, head = '', html = 'lang="en"' }) =>
  `<!doctype html><html ${html}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fernway Cycles</title>${head}</head><body><main>${body}</main>${snippet}</body></html>`

/** Starts the website; `pages` maps paths to what `page` takes and the headers to send. */
export async function startHost(pages) {
  const server = createServer((request, response) => {
    const { headers = {}, ...content } = pages[new URL(request.url, 'http://host').pathname] ?? {}
    if (!('snippet' in content)) return response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers }).end(page(content))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${server.address().port}`,
    stop: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  }
}
