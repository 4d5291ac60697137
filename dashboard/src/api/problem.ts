/** Why a request failed, in words for people. `code` is stable; see the server's problem+json. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId?: string;
  /** By which the second step of a sign-in goes on. */
  readonly challenge?: string;

  constructor(status: number, code: string, message: string, requestId?: string, challenge?: string) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.challenge = challenge;
  }

  /** Sending the same again may succeed. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** Nobody answered: no network, or the server is away. */
  get unreachable(): boolean {
    return this.code === 'unreachable';
  }
}

interface Body {
  code?: unknown;
  title?: unknown;
  detail?: unknown;
  request_id?: unknown;
  errors?: unknown;
  challenge?: unknown;
}

/** Reads an answer that is not 2xx. A body that is not ours (a proxy's page) gives the status alone. */
export function problemOf(status: number, headers: Headers, body: unknown): Problem {
  const { code, title, detail, request_id, errors, challenge } = (
    typeof body === 'object' && body !== null ? body : {}
  ) as Body;
  const requestId = text(request_id) ?? headers.get('X-Request-Id') ?? undefined;
  return new Problem(
    status,
    text(code) ?? `http_${status}`,
    [text(detail) ?? text(title), ...reasons(errors)].filter(Boolean).join(' '),
    requestId,
    text(challenge),
  );
}

/** Any failure as a Problem; what never reached the server is `unreachable`. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return new Problem(0, 'unreachable', '');
  return new Problem(0, 'unexpected', error instanceof Error ? error.message : '');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function reasons(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((e) => text((e as { message?: unknown } | null)?.message) ?? []);
}
