import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { createContext } from '../../src/context.ts';
import { NOBODY } from '../../src/domain/viewer.ts';
import type { Intake } from '../../src/jobs/intake.ts';
import { useContext } from '../../src/plugins/context.ts';
import type { Store } from '../../src/store/store.ts';
import { WorkerPool } from '../../src/workers/worker-pool.ts';

test('an operation gets everything that its context has', () => {
  const store = { forOperation: () => ({ reads: {}, lists: {} }) } as unknown as Store;
  const config = parseConfig({});
  const context = { facts: { id: 'a-1', viewer: NOBODY }, request: new Request('http://localhost/graphql') };
  const workers = new WorkerPool(config);
  const build = useContext(store, config, {} as Intake, workers).onContextBuilding as (payload: object) => void;
  build({ context });
  const made = createContext(store, {
    ...config,
    requestId: 'a-1',
    mayWrite: true,
    viewer: NOBODY,
    client: 'address unknown',
    intake: {} as Intake,
    workers,
  });
  expect(Object.keys(context).sort()).toEqual(['facts', 'request', ...Object.keys(made)].sort());
});
