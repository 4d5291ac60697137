import createClient from 'openapi-fetch';
import { asProblem, problemOf } from './problem';
import type { paths } from './schema';
import { sessionFetch } from './session';

/** The server's API, typed by its own specification (`npm run types`). */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  fetch: sessionFetch,
});

/** The body of an answer; what is not 2xx, and what never arrived, is thrown as a Problem. */
export async function body<T>(request: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await request.catch((failure: unknown) => {
    throw asProblem(failure);
  });
  if (!response.ok) throw problemOf(response.status, response.headers, error);
  return data as T; // absent only where the answer has none by its type
}
