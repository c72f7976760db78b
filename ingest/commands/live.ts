import { describeProblem } from '../pipeline/failure.ts';
import { type IngestTools, unread } from '../pipeline/pipeline.ts';
import type { FileReport, IngestSettings } from '../pipeline/report.ts';
import { ingestPatiently, type RetryHooks } from '../pipeline/retry.ts';
import { type Download, download } from '../source/live/download.ts';
import { type LiveSystem, parseLiveName } from '../source/live/live-name.ts';

interface LiveOptions {
  /** Bearer token of each system; empty for none. */
  readonly tokens: Readonly<Record<LiveSystem, string>>;
  /** Where it is told that a server is asked again. */
  say(line: string): void;
}

/** Downloads what an API answers, and ingests it as a file that is called as it was asked for. */
export async function ingestLive(
  tools: IngestTools,
  name: string,
  settings: IngestSettings,
  hooks: RetryHooks,
  { tokens, say }: LiveOptions,
): Promise<FileReport> {
  let received: Download | undefined;
  try {
    const { system, url } = parseLiveName(name);
    received = await download(
      { system, url },
      {
        token: tokens[system],
        signal: hooks.signal,
        onRetry: (reason, waitMs) => say(`${name}: ${reason}: trying again in ${waitMs / 1000} s`),
      },
    );
    const entry = { path: `${system}:${url.href}` };
    return { ...(await ingestPatiently(tools, received.path, settings, { ...hooks, entry })), path: name };
  } catch (error) {
    const stopped = hooks.signal?.aborted;
    return stopped ? { ...unread(name), outcome: 'cancelled' } : unread(name, describeProblem(error));
  } finally {
    await received?.remove();
  }
}
