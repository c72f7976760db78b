import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { DataFile, Dataset, Lumisection, MonitorElement, Run } from '../generated/sqlite/client.ts';
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

/** The same of a value, which may be of the whole run. */
export function lumisectionOfValue(
  value: { readonly runNumber: number; readonly lumisectionNumber: number },
  args: object,
  context: Context,
  info: GraphQLResolveInfo,
): Lumisection | Promise<Lumisection> | null {
  return value.lumisectionNumber === 0 ? null : lumisectionOf(value, args, context, info);
}

/** The dataset of a row, which is always there. */
export function datasetOf(
  { datasetId }: { readonly datasetId: number },
  _args: object,
  { loaders }: Context,
): Promise<Dataset> {
  return loaders.dataset.load(datasetId) as Promise<Dataset>;
}

/** The same of its monitor element. */
export function monitorElementOf(
  { monitorElementId }: { readonly monitorElementId: number },
  _args: object,
  { loaders }: Context,
): Promise<MonitorElement> {
  return loaders.monitorElement.load(monitorElementId) as Promise<MonitorElement>;
}

/** The file that brought a row, where one did. */
export function dataFileOf(
  { fileId }: { readonly fileId: number | null },
  _args: object,
  { loaders }: Context,
): Promise<DataFile | null> | null {
  return fileId === null ? null : loaders.dataFile.load(fileId);
}
