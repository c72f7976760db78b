import { expect, it } from 'vitest';
import { harvestedRoot } from '../../../ingest/formats/harvested-root/harvested-root.ts';
import { openSource } from '../../../ingest/source.ts';
import { readAll } from './plain-rows.ts';
import { vectorsOf } from './vectors.ts';

it('a ROOT file without the folder of harvested ones is refused as one, by whatever name it is given', async () => {
  const other = vectorsOf('plain-root').find(({ expected }) => !expected.error);
  const source = await openSource(other?.path ?? '');
  const { rows, error } = await readAll(harvestedRoot, source, { dataset: '/ZeroBias/Run2018A-PromptReco-v1/DQMIO' });
  await source.close();
  expect(rows).toEqual([]);
  expect(error).toMatchObject({ code: 'BROKEN_ROOT', message: expect.stringContaining('no folder DQMData') });
});
