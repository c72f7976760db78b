import { describe, expect, it } from 'vitest';
import type { ReadOptions } from '../../../ingest/formats/format.ts';
import { lumiJson } from '../../../ingest/formats/lumi-json.ts';
import { openSource } from '../../../ingest/source.ts';
import { LuminosityMask } from '../../../src/domain/lumi-mask.ts';
import type { CertificationRecord } from '../../../src/domain/record.ts';
import { readAll } from './plain-rows.ts';
import { scratchFiles } from './scratch-file.ts';
import { realFiles } from './vectors.ts';

const file = scratchFiles();

describe('a golden or DCS-only JSON', () => {
  it('is one certification, of a dataset where a flag says so', async () => {
    const path = file('{"315257": [[1, 88]]}', 'golden.json');
    const runs = [{ run: 315257, line: 1, ranges: [{ first: 1, last: 88, flag: 'GOOD' }] }];
    expect((await read(path)).batches).toEqual([{ kind: 'certification', dataset: '', subsystem: '', runs }]);
    const dataset = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';
    expect((await read(path, { dataset })).batches).toMatchObject([{ dataset }]);
  });

  it.each([
    ['json_148_pixel_good.json', 'pixel'],
    ['json_158_rpc_good.json', 'rpc'],
    ['json_150_L1tmu_good.txt', 'l1tmu'],
    ['json_GOLDEN_2018.txt', ''],
    ['Cert_314472-325175_13TeV_Legacy2018_Collisions18_JSON.txt', ''],
    ['json_158_rpc_good.json.bak', ''],
  ])('by the name %s is of subsystem %j', async (name, subsystem) => {
    expect((await read(file('{"1": [[1, 2]]}', name))).batches).toMatchObject([{ subsystem }]);
  });

  it('of which every entry is refused makes no certification', async () => {
    const { batches, issues } = await read(file('{"1": [[5, 3]], "0": [[1, 2]]}'));
    expect(batches).toEqual([]);
    expect(issues.map(({ code }) => code)).toEqual(['BAD_RANGE', 'BAD_RUN_NUMBER']);
  });

  it('gives nothing more when it was read before', async () => {
    const path = file('{"1": [[3, 4], [1, 2]]}');
    const { steps } = await read(path);
    const again = await read(path, { resume: steps.at(-1)?.position });
    expect([again.batches, again.issues]).toEqual([[], []]);
  });

  it('of a size that none has is not held in memory', async () => {
    const path = file(`{"1": [[1, 2]]${' '.repeat(4 * 1024 * 1024)}}`);
    expect((await read(path)).error).toMatchObject({ code: 'FILE_TOO_LARGE', details: { file: path } });
  });

  const [dcs] = realFiles('json_DCSONLY_2018.txt');
  if (dcs === undefined) console.log('lumi-json.test.ts: ../shared/data is absent, the real DCS-only JSON is not read');
  else {
    it('of 2018 loses nothing in the merging of its unsorted and touching ranges', async () => {
      const { batches, issues } = await read(dcs);
      const [batch] = batches as [CertificationRecord];
      const mask = LuminosityMask.fromRanges(batch.runs);
      expect([mask.runCount, mask.lumisectionCount]).toEqual([681, 258_508]);
      expect(issues.map(({ severity, code, reason }) => [severity, code, reason.slice(0, 15)])).toEqual([
        ['NOTE', 'RANGES_UNSORTED', '175 of 681 runs'],
        ['NOTE', 'RANGES_TOUCH', '193 of 681 runs'],
      ]);
    });
  }
});

async function read(path: string, options: ReadOptions = {}) {
  const source = await openSource(path);
  const reading = await readAll(lumiJson, source, options);
  await source.close();
  return { ...reading, batches: reading.steps.flatMap(({ batch }) => (batch === null ? [] : [batch])) };
}
