import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError } from '../../file-error.ts';
import { utf8Text } from '../../formats/utf8-text.ts';
import { fetchPage, type PageRequest } from './fetch-page.ts';
import type { LiveName } from './live-name.ts';

export type DownloadOptions = Partial<Omit<PageRequest, 'url'>>;

/** What was received, byte for byte, as a file: the answer, or where it came in pages a JSON array of them. */
export interface Download {
  readonly path: string;
  readonly pages: number;
  /** Removes the file. */
  remove(): Promise<void>;
}

/** As much as the formats hold of a JSON. */
const MAX_BYTES = 64 * 1024 * 1024;
const MOST_PAGES = 10_000;
const TIMEOUT_MS = 30_000;
const WHOLE_MS = 300_000;
const BACK_OFF: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Asks for all pages of an answer, following `links.next` (JSON:API) within the site, and writes each to disk as it
 * comes. @throws what fetchPage throws, and FileError SERVER_REFUSED where an answer is no JSON or its links lead astray.
 */
export async function download({ system, url: first }: LiveName, options: DownloadOptions = {}): Promise<Download> {
  const { maxBytes = MAX_BYTES } = options;
  const settings = { token: '', timeoutMs: TIMEOUT_MS, wholeMs: WHOLE_MS, backOff: BACK_OFF, ...options };
  const folder = await mkdtemp(join(tmpdir(), `lumigraph-${system}-`));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, `${system}.json`);
  try {
    const file = await open(path, 'w', 0o600);
    try {
      let size = 2;
      const seen = new Set<string>();
      for (let url: URL | null = first; url !== null; ) {
        refuseEndless(first, url, seen);
        const page = await fetchPage({ ...settings, url, maxBytes: maxBytes - size });
        size += page.length + 2;
        url = nextOf(page, url);
        if (seen.size > 1) await file.write(',\n');
        else if (url !== null) await file.write('[');
        await file.write(page);
      }
      if (seen.size > 1) await file.write(']');
      return { path, pages: seen.size, remove };
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
}

function refuseEndless(first: URL, url: URL, seen: Set<string>): void {
  if (url.origin !== first.origin) throw astray(first, `its next page would be on another site, ${url.origin}`);
  if (seen.has(url.href)) throw astray(first, `its pages go round in a circle, at ${url.href}`);
  if (seen.size >= MOST_PAGES) throw astray(first, `it has more than ${MOST_PAGES} pages: ask for larger ones`);
  seen.add(url.href);
}

/** The next page; null after the last one. */
function nextOf(page: Buffer, url: URL): URL | null {
  let answer: unknown;
  try {
    answer = JSON.parse(utf8Text(page, url.href));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(
      'SERVER_REFUSED',
      `${url.href}: the answer is no JSON: ${reason}`,
      { value: url.href },
      { cause },
    );
  }
  const next = (answer as { links?: { next?: unknown } | null } | null)?.links?.next ?? null;
  const link = typeof next === 'object' && next !== null ? (next as { href?: unknown }).href : next;
  if (link === null || link === undefined || link === '') return null;
  if (typeof link === 'string' && URL.canParse(link, url)) return new URL(link, url);
  throw astray(url, `its link to the next page is ${JSON.stringify(link).slice(0, 200)}`);
}

const astray = (url: URL, reason: string) =>
  new FileError('SERVER_REFUSED', `${url.href}: ${reason}`, { value: url.href });
