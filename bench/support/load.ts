import { once } from 'node:events';
import { type Started, start } from './processes.ts';

export interface LoadRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string;
  /** The whole body of the right answer. */
  readonly expected: string;
}

export interface LoadJob {
  readonly port: number;
  /** Asked in turn. */
  readonly requests: readonly LoadRequest[];
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second over all connections; without it each connection asks as soon as it has its answer. */
  readonly rate?: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

/** The process that asks; one for many jobs, one after the other. */
export class LoadGenerator {
  readonly #process: Started = start('bench/support/load-process.ts', [], { ipc: true });

  /** @throws Error when any answer is not byte for byte the expected one. */
  async run(job: LoadJob): Promise<LoadResult> {
    const { child } = this.#process;
    child.send(job);
    const [result] = (await once(child, 'message')) as [LoadResult | { error: string }];
    if ('error' in result) throw new Error(result.error);
    return result;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
