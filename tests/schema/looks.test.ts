import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Cancellation } from '../../src/domain/cancellation.ts';
import { Cost } from '../../src/domain/cost.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import { inTurn } from '../../src/schema/evaluation-source.ts';
import type { WorkerPool } from '../../src/workers/worker-pool.ts';

/** What is computed of evaluations when it is asked for. */
describe('looks', () => {
  const workers = {} as WorkerPool;
  const operation = (client: string) => {
    const cancellation = new Cancellation();
    return { client, workers, cancellation, cost: new Cost({ maxBytes: 1e6, maxNodes: 1e6 }, cancellation) };
  };
  /** Begins a look; what is returned ends it. */
  const begin = (of: ReturnType<typeof operation>, name: string, begun: string[]) => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const answer = inTurn(of, async () => {
      begun.push(name);
      await ended;
      return name;
    });
    return { end, answer };
  };

  test('of one client are taken one after another, in all of its operations, and of others beside them', async () => {
    const begun: string[] = [];
    const first = begin(operation('one'), 'first', begun);
    const second = begin(operation('one'), 'second', begun);
    const other = begin(operation('other'), 'other', begun);
    await nextTurn();
    expect(begun).toEqual(['first', 'other']);
    for (const { end } of [first, second, other]) end();
    expect(await Promise.all([first.answer, second.answer, other.answer])).toEqual(['first', 'second', 'other']);
  });

  test('of an operation that is over take no turn, and one that fails lets the next one begin', async () => {
    const begun: string[] = [];
    const left = operation('one');
    const first = inTurn(operation('one'), async () => {
      throw new Error('broken');
    });
    const second = begin(left, 'left', begun);
    const third = begin(operation('one'), 'third', begun);
    left.cancellation.cancel(new UnavailableError('gone'));
    third.end();
    await expect(first).rejects.toThrow('broken');
    await expect(second.answer).rejects.toThrow('gone');
    expect(await third.answer).toBe('third');
    expect(begun).toEqual(['third']);
  });

  test('are at most 20 in one operation', async () => {
    const of = operation('one');
    for (let i = 0; i < 20; i++) await inTurn(of, async () => i);
    await expect(inTurn(of, async () => 20)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
