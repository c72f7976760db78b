import type { QualityTest, ScalarValue } from '../generated/sqlite/client.ts';
import type { ExtendedTypes } from './builder.ts';
import { dataFileOf, datasetOf, lumisectionOfValue, monitorElementOf, runOf } from './parents.ts';
import { DataFile, Dataset, Lumisection, MonitorElement, Run } from './refs.ts';

type Described = Readonly<Record<'run' | 'lumisectionNumber' | 'dataset' | 'monitorElement', string>>;

/** Where a value of a monitor element belongs and where it comes from: what all such nouns have. */
export const valueFields = <Row extends ScalarValue | QualityTest>(
  t: PothosSchemaTypes.ObjectFieldBuilder<ExtendedTypes, Row>,
  about: Described,
  noun: string,
) => ({
  run: t.field({ type: Run, description: about.run, resolve: runOf }),
  lumisectionNumber: t.int({
    description: about.lumisectionNumber,
    resolve: ({ lumisectionNumber }) => lumisectionNumber,
  }),
  lumisection: t.field({
    type: Lumisection,
    nullable: true,
    description: 'The lumisection; null where it is of the whole run.',
    resolve: lumisectionOfValue,
  }),
  dataset: t.field({ type: Dataset, description: about.dataset, resolve: datasetOf }),
  monitorElement: t.field({ type: MonitorElement, description: about.monitorElement, resolve: monitorElementOf }),
  dataFile: t.field({
    type: DataFile,
    nullable: true,
    description: `The file that brought the ${noun} (the first one, where several held it); null without a file.`,
    resolve: dataFileOf,
  }),
});
