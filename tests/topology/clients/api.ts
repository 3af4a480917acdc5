import { setTimeout as sleep } from 'node:timers/promises';

const json = { 'content-type': 'application/json' };

/** Sends a request to one of the servers after the other until one answers it for good. */
export class Api {
  readonly #urls: readonly string[];
  #next = 0;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /** @param options.key - Makes a POST happen once, however often it is sent. */
  async send(method: string, path: string, body?: object, { key }: { key?: string } = {}): Promise<Response> {
    for (;;) {
      const url = this.#urls[this.#next++ % this.#urls.length]!;
      try {
        const response = await fetch(`${url}/v1${path}`, {
          method,
          headers: { ...json, ...(key && { 'idempotency-key': key }) },
          ...(body && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(120_000),
        });
        if (response.headers.get('x-should-retry') === 'false') return response;
        if (response.status < 500 && response.status !== 409) return response;
        await response.body?.cancel();
      } catch {
        // It has just been killed.
      }
      await sleep(50);
    }
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.send('GET', path)).json()) as T;
  }

  /** Creates once; `null` when the server was killed over it, and whether it was done is not known. @throws for a refusal. */
  async post<T>(path: string, body: object): Promise<T | null> {
    const response = await this.send('POST', path, body, { key: crypto.randomUUID() });
    if (response.status === 409) return null;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Creates what may be there twice. */
  async create<T>(path: string, body: object): Promise<T> {
    for (;;) {
      const created = await this.post<T>(path, body);
      if (created) return created;
    }
  }
}
