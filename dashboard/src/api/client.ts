import { Problem, problemOf } from './problem';
import { sessionFetch } from './session';

/** One request to the server's API. What is not 2xx is thrown as a Problem. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const request = new Request(new URL(`/api/v1/${path}`, window.location.origin), {
    method,
    credentials: 'same-origin',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  let answer: Response;
  try {
    answer = await sessionFetch(request);
  } catch {
    throw new Problem(0, 'unreachable', '');
  }
  const text = await answer.text();
  const json: unknown = parse(text);
  if (!answer.ok) throw problemOf(answer.status, answer.headers, json);
  return json as T;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
