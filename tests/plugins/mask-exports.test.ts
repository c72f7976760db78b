import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Cancellation } from '../../src/domain/cancellation.ts';
import { LuminosityMask } from '../../src/domain/lumi-mask.ts';
import type { Store } from '../../src/store/store.ts';

/** A server whose database answers for a mask when it is told to, or ends what it does when the operation is cancelled. */
function serverWithSlowMasks(settings: Record<string, string>) {
  const answers: (() => void)[] = [];
  const read = (cancellation: Cancellation) => () =>
    new Promise((resolve, reject) => {
      answers.push(() => resolve({ mask: LuminosityMask.EMPTY, madeOf: [] }));
      cancellation.add(() => reject(cancellation.reason));
    });
  const store = { forOperation: (cancellation: Cancellation) => ({ masks: { read: read(cancellation) } }) };
  const app = createApp(store as unknown as Store, parseConfig({ LUMIGRAPH_LOG: 'silent', ...settings }));
  const ask = () => app.fetch('http://localhost/export/masks/golden.json');
  return { ask, answers };
}

describe('exports of masks', () => {
  it('are made so many at the same time, of one client and of all', async () => {
    const { ask, answers } = serverWithSlowMasks({ LUMIGRAPH_MAX_CLIENT_EXPORTS: '1' });
    const first = ask();
    await expect.poll(() => answers.length).toBe(1);
    const second = await ask();
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '5']);
    answers[0]?.();
    expect((await first).status).toBe(200);
    const third = ask();
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.();
    expect((await third).status).toBe(200);
  });

  it('end when their time is over, and say which limit that was', async () => {
    const { ask } = serverWithSlowMasks({ LUMIGRAPH_TIMEOUT_MS: '20' });
    const response = await ask();
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_TIMEOUT_MS', limit: 20 } }],
    });
    expect(response.status).toBe(400);
  });
});
