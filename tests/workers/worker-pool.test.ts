import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Cancellation } from '../../src/domain/cancellation.ts';
import { CorruptBinsError, UnavailableError } from '../../src/domain/errors.ts';
import { type ScoreTask, scoreHistograms } from '../../src/workers/score-histograms.ts';
import { buffersIn } from '../../src/workers/tasks.ts';
import { WorkerPool } from '../../src/workers/worker-pool.ts';

const entry = join(import.meta.dirname, 'some-tasks.mjs');
const nothing: ScoreTask = {
  metrics: [],
  largestPulls: 1,
  minEntries: 1,
  withPulls: false,
  bytes: new Uint8Array(),
  axes: [],
  places: new Int32Array(),
  sides: 0,
};

describe('threads', () => {
  let pool: WorkerPool;
  afterEach(() => pool.close());

  const open = (threads: number) => {
    pool = new WorkerPool({ threads, entry });
    // of some-tasks.mjs
    return (task: string, input?: unknown, options = {}) => pool.run(task as never, input as never, options);
  };
  const sleeper = () => new Int32Array(new SharedArrayBuffer(8));
  const asleep = async (flag: Int32Array) => {
    while (Atomics.load(flag, 0) === 0) await setTimeout(5);
  };
  const wake = (flag: Int32Array) => {
    Atomics.store(flag, 1, 1);
    Atomics.notify(flag, 1);
  };

  it('give back what tasks give, more tasks than threads in their order', async () => {
    const run = open(2);
    const order: number[] = [];
    const inputs = Array.from({ length: 7 }, (_, i) => i);
    const outputs = await Promise.all(inputs.map((input) => run('echo', input).finally(() => order.push(input))));
    expect(outputs).toEqual(inputs);
    expect([...order].sort()).toEqual(inputs);
  });

  it('take buffers over', async () => {
    const run = open(1);
    const bytes = Uint8Array.of(1, 2, 3);
    expect(await run('echo', bytes, { transfer: [bytes.buffer] })).toEqual(Uint8Array.of(1, 2, 3));
    expect(bytes.byteLength).toBe(0);
  });

  it('throw what tasks throw, errors of the domain as they are, and go on', async () => {
    const run = open(1);
    const failed = run('fail', 'bad bins');
    await expect(failed).rejects.toBeInstanceOf(CorruptBinsError);
    await expect(failed).rejects.toMatchObject({ message: 'bad bins', code: 'CORRUPT_BINS', details: { bytes: 7 } });
    await expect(run('surprise')).rejects.toThrow('surprise');
    await expect(run('echo', () => 'what cannot be posted')).rejects.toThrow(/could not be cloned/);
    expect(await run('echo', 1)).toBe(1);
  });

  it('are not missed when one dies: its task fails, the next gets a new one', async () => {
    const run = open(1);
    const dead = run('end');
    const next = run('echo', 1);
    await expect(dead).rejects.toThrow('a thread ended with 3');
    expect(await next).toBe(1);
  });

  it('leave a cancelled task in its middle, and others alone', async () => {
    const run = open(2);
    const [cancelled, other] = [sleeper(), sleeper()];
    const cancellation = new Cancellation();
    const left = run('sleep', cancelled, { cancellation });
    const stays = run('sleep', other);
    await Promise.all([asleep(cancelled), asleep(other)]);
    const waiting = run('echo', 'never', { cancellation });
    const reason = new UnavailableError('The client has left');
    cancellation.cancel(reason);
    await expect(left).rejects.toBe(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(run('echo', 'not even begun', { cancellation })).rejects.toBe(reason);
    wake(other);
    expect(await stays).toBe('awake');
    expect(await run('echo', 2)).toBe(2);
  });

  it('end with the pool', async () => {
    const run = open(1);
    const flag = sleeper();
    const [left, waiting] = [run('sleep', flag), run('echo', 1)];
    const settled = Promise.allSettled([left, waiting]);
    await asleep(flag);
    await pool.close();
    const failed = { status: 'rejected', reason: new UnavailableError('The server is stopping') };
    expect(await settled).toEqual([failed, failed]);
    await expect(run('echo', 1)).rejects.toBeInstanceOf(UnavailableError);
  });

  it('read the tasks of the server, as TypeScript or compiled', async () => {
    for (const settings of [{ entry: resolve(import.meta.dirname, '../../src/workers/tasks.ts') }, {}]) {
      const own = new WorkerPool({ threads: 1, ...settings });
      expect(await own.run('scoreHistograms', nothing)).toEqual(scoreHistograms(nothing));
      await own.close();
    }
    pool = new WorkerPool({ threads: 1 });
  });
});

describe('what is handed over', () => {
  it('are the buffers of typed arrays that fill them, wherever they stand', () => {
    const [one, two, part] = [Float64Array.of(1), Uint8Array.of(2), new Uint8Array(8).subarray(1)];
    expect(buffersIn({ a: [one, { b: two }], part, none: null, text: 'x' })).toEqual([one.buffer, two.buffer]);
  });
});
