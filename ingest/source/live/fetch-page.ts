import { setTimeout as pause } from 'node:timers/promises';
import { FileError } from '../../file-error.ts';
import { assertSafe } from './live-name.ts';

export interface PageRequest {
  readonly url: URL;
  /** Bearer token; it is sent to this origin alone. */
  readonly token: string;
  /** Most bytes of the (decompressed) body. */
  readonly maxBytes: number;
  /** How long the server may be silent, before the answer begins and within it. */
  readonly timeoutMs: number;
  /** How long a whole answer may take. */
  readonly wholeMs: number;
  /** Milliseconds before each further attempt. */
  readonly backOff: readonly number[];
  readonly signal?: AbortSignal | undefined;
  /** An attempt failed, and another follows after `waitMs`. */
  readonly onRetry?: ((reason: string, waitMs: number) => void) | undefined;
}

/** A failure that may pass: the server or the way there. */
class Passing extends Error {
  readonly retryAfterMs: number;
  constructor(reason: string, retryAfterMs = 0) {
    super(reason);
    this.retryAfterMs = retryAfterMs;
  }
}

const MOST_REDIRECTS = 5;
const LONGEST_WAIT_MS = 60_000;

/**
 * The bytes of one JSON answer. What may pass (no connection, silence, 408, 429, 5xx, an answer that breaks off) is tried
 * again.
 * @throws FileError SERVER_FAILED when it does not pass; SERVER_REFUSED (status, content type, redirect), NOT_TLS,
 * FILE_TOO_LARGE.
 */
export async function fetchPage(request: PageRequest): Promise<Buffer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptPage(request);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      const { message, retryAfterMs } = error;
      const wait = request.backOff[attempt];
      if (wait === undefined) {
        const reason = `${message}; given up after ${attempt + 1} attempts`;
        throw new FileError('SERVER_FAILED', `${request.url.href}: ${reason}`, { value: request.url.href });
      }
      const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(wait, retryAfterMs));
      request.onRetry?.(message, waitMs);
      await pause(waitMs, undefined, { ...(request.signal && { signal: request.signal }) });
    }
  }
}

async function attemptPage(request: PageRequest): Promise<Buffer> {
  const silence = new Silence(request);
  try {
    const response = await follow(request, silence.signal);
    silence.broken();
    await assertJson(request, response);
    return await bodyOf(request, response, silence);
  } catch (error) {
    if (error instanceof FileError || error instanceof Passing || request.signal?.aborted) throw error;
    throw new Passing(silence.reason ?? `no answer: ${wordsOf(error)}`);
  } finally {
    silence.end();
  }
}

/** Follows redirects within the site: another one is no place to send a token, and mostly a page to log in. */
async function follow({ url, token }: PageRequest, signal: AbortSignal): Promise<Response> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(at, {
      signal,
      redirect: 'manual',
      headers: {
        accept: 'application/vnd.api+json, application/json',
        'user-agent': 'lumigraph',
        ...(token !== '' && { authorization: `Bearer ${token}` }),
      },
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, at)) throw refused(url, `it redirects to ${JSON.stringify(location.slice(0, 200))}`);
    const next = new URL(location, at);
    assertSafe(next);
    if (next.origin !== url.origin) {
      throw refused(
        url,
        `it redirects to another site, ${next.origin}: mostly that is a login, and a token is missing`,
      );
    }
    at = next;
  }
  throw refused(url, `it redirects more than ${MOST_REDIRECTS} times`);
}

async function assertJson({ url }: PageRequest, { status, headers, body }: Response): Promise<void> {
  const type = headers.get('content-type') ?? 'no content type';
  if (status === 200 && /^application\/([\w.-]+\+)?json\b/i.test(type)) return;
  await body?.cancel();
  if (status === 408 || status === 429 || status >= 500) throw new Passing(`status ${status}`, retryAfter(headers));
  if (status === 401 || status === 403) throw refused(url, `status ${status}: it wants another token, or one at all`);
  throw refused(url, status === 200 ? `the answer is ${type}, not JSON` : `status ${status}`);
}

async function bodyOf({ url, maxBytes }: PageRequest, { body }: Response, silence: Silence): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    silence.broken();
    size += chunk.length;
    if (size > maxBytes) {
      const reason = `the answers are larger than ${maxBytes} bytes: ask for less at a time`;
      throw new FileError('FILE_TOO_LARGE', `${url.href}: ${reason}`, { value: url.href, byte: maxBytes });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
}

const refused = (url: URL, reason: string) =>
  new FileError('SERVER_REFUSED', `${url.href}: ${reason}`, { value: url.href });

function retryAfter(headers: Headers): number {
  const text = headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

/** fetch says no more than that it failed; why stands below. */
function wordsOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError) return cause.errors.map(wordsOf).join('; ');
  return cause instanceof Error
    ? cause.message || ((cause as NodeJS.ErrnoException).code ?? cause.name)
    : String(cause);
}

/** Aborts when nothing was heard for too long, when all of it takes too long, or when its user stops. */
class Silence {
  readonly #controller = new AbortController();
  readonly #whole: NodeJS.Timeout;
  readonly #stop: AbortSignal | undefined;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout;
  reason: string | undefined;

  constructor({ timeoutMs, wholeMs, signal }: PageRequest) {
    this.#timeoutMs = timeoutMs;
    this.#stop = signal;
    this.#whole = setTimeout(() => this.#abort(`no end after ${wholeMs / 1000} s`), wholeMs);
    this.#timer = this.#wait();
    signal?.addEventListener('abort', this.#onStop, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#wait();
  }

  end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#whole);
    this.#stop?.removeEventListener('abort', this.#onStop);
    // what is left of an answer that nobody wants
    this.#controller.abort();
  }

  readonly #onStop = () => this.#controller.abort();

  #wait(): NodeJS.Timeout {
    return setTimeout(() => this.#abort(`nothing was heard for ${this.#timeoutMs / 1000} s`), this.#timeoutMs);
  }

  #abort(reason: string): void {
    this.reason ??= reason;
    this.#controller.abort();
  }
}
