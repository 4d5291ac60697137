import { asProblem, Problem, problemOf } from './problem';
import { renewSession } from './session';

/** Sends one file, telling how many of its bytes have left. Aborting rejects with an AbortError. */
export async function sendFile(
  bot: string,
  file: File,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let answer = await post(bot, file, onProgress, signal);
  if (answer.status === 401 && (await renewSession())) answer = await post(bot, file, onProgress, signal);
  if (answer.status >= 300) throw problemOf(answer.status, answer.headers, answer.body);
}

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

// XMLHttpRequest: fetch does not tell how far an upload is.
function post(bot: string, file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/bots/${bot}/sources`);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress(Math.min(event.loaded, file.size));
    request.onload = () => {
      const id = request.getResponseHeader('X-Request-Id');
      resolve({
        status: request.status,
        headers: new Headers(id ? { 'X-Request-Id': id } : {}),
        body: request.response as unknown,
      });
    };
    request.onerror = () => reject(new Problem(0, 'unreachable', ''));
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}

/** A file on its way to a bot. */
export interface Upload {
  id: number;
  bot: string;
  name: string;
  size: number;
  sent: number;
  state: 'waiting' | 'sending' | 'failed';
  problem?: Problem;
}

type Send = typeof sendFile;

/**
 * Uploads go on while the owner looks at other pages: they live here and not in
 * one. Two are sent at a time; one that arrived leaves the list, since it is a
 * source then.
 */
export class Uploads {
  private list: readonly Upload[] = [];
  private readonly files = new Map<number, { file: File; abort: AbortController }>();
  private readonly listeners = new Set<() => void>();
  private nextId = 1;
  private sending = 0;

  constructor(
    private readonly send: Send = sendFile,
    private readonly atOnce = 2,
  ) {}

  /** Called with the bot whose sources an upload has changed. */
  onArrival: (bot: string) => void = () => undefined;

  all = (): readonly Upload[] => this.list;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  add(bot: string, files: Iterable<File>): void {
    const added = Array.from(files, (file): Upload => {
      const id = this.nextId++;
      this.files.set(id, { file, abort: new AbortController() });
      return { id, bot, name: file.name, size: file.size, sent: 0, state: 'waiting' };
    });
    this.set([...this.list, ...added]);
    this.fill();
  }

  retry(id: number): void {
    this.change(id, { state: 'waiting', sent: 0, problem: undefined });
    this.fill();
  }

  /** Stops an upload, or forgets one that failed. */
  remove(id: number): void {
    this.files.get(id)?.abort.abort();
    this.files.delete(id);
    this.set(this.list.filter((upload) => upload.id !== id));
  }

  get busy(): boolean {
    return this.list.some((upload) => upload.state !== 'failed');
  }

  private fill(): void {
    while (this.sending < this.atOnce) {
      const upload = this.list.find((u) => u.state === 'waiting');
      if (!upload) return;
      this.sending++;
      void this.run(upload).finally(() => {
        this.sending--;
        this.fill();
      });
    }
  }

  private async run({ id, bot }: Upload): Promise<void> {
    const held = this.files.get(id);
    if (!held) return;
    this.change(id, { state: 'sending' });
    try {
      await this.send(bot, held.file, (sent) => this.change(id, { sent }), held.abort.signal);
      this.files.delete(id);
      this.set(this.list.filter((upload) => upload.id !== id));
      this.onArrival(bot);
    } catch (error) {
      this.change(id, { state: 'failed', problem: asProblem(error) });
    }
  }

  private change(id: number, change: Partial<Upload>): void {
    this.set(this.list.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
  }

  private set(list: readonly Upload[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}

export const uploads = new Uploads();
