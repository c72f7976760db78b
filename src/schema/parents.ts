import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { Lumisection, Run } from '../generated/sqlite/client.ts';
import { asksOnly } from './asks-only.ts';

const ofRun = asksOnly('number', 'id', '__typename');
const ofLumisection = asksOnly('number', 'run', 'id', '__typename');

/** The run of a row, which is always there; not read where only its number is asked for. */
export function runOf(
  { runNumber }: { readonly runNumber: number },
  _args: object,
  { loaders }: Context,
  info: GraphQLResolveInfo,
): Run | Promise<Run> {
  if (ofRun(info)) return { number: runNumber } as Run;
  return loaders.run.load(runNumber) as Promise<Run>;
}

/** The same of the lumisection of a row. */
export function lumisectionOf(
  { runNumber, lumisectionNumber }: { readonly runNumber: number; readonly lumisectionNumber: number },
  _args: object,
  { loaders }: Context,
  info: GraphQLResolveInfo,
): Lumisection | Promise<Lumisection> {
  if (ofLumisection(info)) return { runNumber, number: lumisectionNumber } as Lumisection;
  return loaders.lumisection.load({ runNumber, number: lumisectionNumber }) as Promise<Lumisection>;
}
