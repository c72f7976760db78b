import type { Config } from '../config.ts';
import { type Context, createContext } from '../context.ts';
import type { Intake } from '../jobs/intake.ts';
import type { Store } from '../store/store.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { clientOf } from './client.ts';
import { factsOf, type Plugin, serverContextOf } from './request-facts.ts';

type Settings = Pick<
  Config,
  'maxPageSize' | 'maxInputRows' | 'mutations' | 'maxResponseBytes' | 'maxAnswerNodes' | 'clientAddressHeader'
>;

/** Gives every operation a context of its own: loaders and warnings are never shared. */
export function useContext(
  store: Store,
  { maxPageSize, maxInputRows, mutations, maxResponseBytes, maxAnswerNodes, clientAddressHeader }: Settings,
  intake: Intake,
  workers: WorkerPool,
): Plugin {
  return {
    onContextBuilding({ context }) {
      const { id, viewer } = factsOf(context);
      const made = createContext(store, {
        requestId: id,
        maxPageSize,
        maxInputRows,
        mayWrite: mutations,
        viewer,
        client: clientOf(viewer, context.request.headers, serverContextOf(context), clientAddressHeader),
        intake,
        workers,
        maxResponseBytes,
        maxAnswerNodes,
      });
      // one by one: Object.assign of so many makes a dictionary of the object, in which every resolver searches
      const target = context as unknown as { -readonly [Name in keyof Context]: Context[Name] };
      target.store = made.store;
      target.loaders = made.loaders;
      target.plans = made.plans;
      target.requestId = made.requestId;
      target.maxPageSize = made.maxPageSize;
      target.maxInputRows = made.maxInputRows;
      target.mayWrite = made.mayWrite;
      target.viewer = made.viewer;
      target.client = made.client;
      target.intake = made.intake;
      target.workers = made.workers;
      target.variables = made.variables;
      target.cancellation = made.cancellation;
      target.cost = made.cost;
      target.beginEvent = made.beginEvent;
      target.warnings = made.warnings;
      target.warn = made.warn;
    },
  };
}
