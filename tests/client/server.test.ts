import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBins } from '../../client/bins.ts';
import { type Client, createClient } from '../../client/client.ts';
import {
  CertificationMaskDocument,
  DataFilesDocument,
  DatasetsDocument,
  HistogramsDocument,
  MonitorElementsDocument,
  RunHistogramsDocument,
  RunsDocument,
} from '../../client/documents.ts';
import { RequestError } from '../../client/errors.ts';
import { SAMPLE_HISTOGRAMS } from '../../ingest/sample/elements.ts';
import { fill } from '../../ingest/sample/generate.ts';
import {
  GOLDEN,
  SAMPLE_MONITOR_ELEMENTS as ME,
  PROMPT,
  REPROCESSED,
  SAMPLE_RUN_NUMBERS,
  SAMPLE_SEED,
} from '../../ingest/sample/names.ts';
import { startSampleServer } from './sample-server.ts';

let server: Awaited<ReturnType<typeof startSampleServer>>;
let client: Client;
beforeAll(async () => {
  server = await startSampleServer();
  client = createClient({ url: server.url, retries: 0 });
});
afterAll(() => server?.stop());

async function collect<Node>(nodes: AsyncIterable<Node>): Promise<Node[]> {
  const all: Node[] = [];
  for await (const node of nodes) all.push(node);
  return all;
}

describe('the client against the server', () => {
  it('reads runs, elements, datasets and files', async () => {
    const runs = await collect(client.nodes(RunsDocument, { first: 4 }, (data) => data.runs));
    expect(runs.map((run) => run.number)).toEqual(SAMPLE_RUN_NUMBERS);
    expect(runs[0]).toMatchObject({
      era: '2026Z',
      fill: 10801,
      startedAt: expect.stringMatching(/^2026-05-04T18:12:05/),
    });
    const elements = await collect(
      client.nodes(MonitorElementsDocument, { first: 10 }, (data) => data.monitorElements),
    );
    expect(elements.map((element) => element.path)).toEqual(Object.values(ME).toSorted());
    expect(new Set(elements.map((element) => element.histogramCount))).toEqual(new Set([600 - 3 + 110 + 7]));
    const { datasets } = await client.request(DatasetsDocument);
    expect(datasets.nodes.map((dataset) => [dataset.name, dataset.runCount])).toEqual([
      [PROMPT, 6],
      [REPROCESSED, 1],
    ]);
    const { dataFiles } = await client.request(DataFilesDocument, { where: { status: { eq: 'DONE' } } });
    expect(dataFiles.nodes.map((file) => file.path)).toEqual([
      'sample:lumigraph',
      'sample:truth',
      'sample:golden',
      'sample:dcs',
    ]);
  });

  it.each([
    ['FLOAT64', ME.chargeLayer1],
    ['FLOAT32', ME.cscOccupancy],
    ['INT32', ME.pixelDiskMap],
  ] as const)('reads a run page by page with its bins as %s, exactly as they were generated', async (type, path) => {
    const where = {
      run: { number: { eq: 398028 } },
      lumisection: { number: { gte: 50, lte: 74 } },
      monitorElement: { path: { eq: path } },
    };
    let pages = 0;
    const found: [number, readonly number[]][] = [];
    for await (const page of client.pages(
      HistogramsDocument,
      { first: 10, where, type },
      (data) => data.lumisectionHistograms,
    )) {
      pages++;
      for (const { lumisection, binsBase64 } of page.nodes) {
        found.push([lumisection.number, Array.from(decodeBins(binsBase64 ?? '', type))]);
      }
    }
    expect(pages).toBe(3);
    const histogram = SAMPLE_HISTOGRAMS.find((candidate) => candidate.path === path);
    if (!histogram) throw new Error(path);
    const [nx, ny] = [histogram.axes[0]?.bins ?? 0, histogram.axes[1]?.bins];
    const inRange = (cells: Float64Array) =>
      Array.from(cells).filter((_, i) => {
        const [x, y] = [i % (nx + 2), Math.floor(i / (nx + 2))];
        return x >= 1 && x <= nx && (ny === undefined || (y >= 1 && y <= ny));
      });
    const lumisections = Array.from({ length: 25 }, (_, i) => 50 + i).filter((ls) => ls < 61 || ls > 63);
    expect(found).toEqual(lumisections.map((ls) => [ls, inRange(fill(histogram, 398028, ls, false, SAMPLE_SEED))]));
  });

  it('reads run-level histograms', async () => {
    const where = { run: { number: { eq: 398011 } }, monitorElement: { path: { eq: ME.ecalEnergy } } };
    const { runHistograms } = await client.request(RunHistogramsDocument, { where });
    expect(runHistograms.nodes.map((node) => [node.dataset.name, node.title, node.shape])).toEqual([
      [PROMPT, 'EBET rec hit energy', [35]],
      [REPROCESSED, 'EBET rec hit energy', [35]],
    ]);
    const [prompt] = runHistograms.nodes;
    const bins = decodeBins(prompt?.binsBase64 ?? '', 'FLOAT64');
    expect(bins.reduce((sum, content) => sum + content, 0)).toBeLessThanOrEqual(prompt?.entries ?? 0);
  });

  it('reads a golden JSON', async () => {
    const { certificationMask } = await client.request(CertificationMaskDocument, { source: GOLDEN });
    expect(JSON.parse(certificationMask.json)['398014']).toEqual([
      [1, 5],
      [15, 32],
    ]);
  });

  it('tells the code of an error of the server', async () => {
    const error = await client
      .request(CertificationMaskDocument, { source: 'gold' })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('gold') });
    const refused = await client.request('{ runs { nodes { nunber } } }').catch((reason: unknown) => reason);
    expect(refused).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', status: 400, attempts: 1 });
  });
});
