import { closeSync, openSync, writeSync } from 'node:fs';
import { zlibBlock } from '../../tests/support/root-writer/compress.ts';
import { DqmioWriter, type WrittenElement } from '../../tests/support/root-writer/dqmio.ts';
import { BEGIN, RootFileWriter, type Sink } from '../../tests/support/root-writer/file-writer.ts';

/** Of 300 elements: what a nanoDQMIO file has of each. */
const SHAPES = [
  { tree: 'TH1Fs', elements: 240, nx: 100, ny: 1 },
  { tree: 'TH2Fs', elements: 40, nx: 60, ny: 40 },
  { tree: 'TProfiles', elements: 20, nx: 100, ny: 1 },
] as const;

export const ELEMENTS = SHAPES.reduce((sum, { elements }) => sum + elements, 0);

export const RUN = 367129;

/** A DQMIO file of so many lumisections of 300 elements, its baskets compressed by zlib. */
export function writeDqmio(path: string, lumisections: number, firstLumisection = 1): void {
  const sink = new FileSink(path);
  const writer = new DqmioWriter(new RootFileWriter(sink, zlibBlock));
  const random = randomCounts();
  for (let lumi = firstLumisection; lumi < firstLumisection + lumisections; lumi++) {
    const elements = SHAPES.flatMap(({ tree, elements, nx, ny }) =>
      Array.from({ length: elements }, (_, i): WrittenElement => {
        const cells = (nx + 2) * (ny === 1 ? 1 : ny + 2);
        const fArray = random(cells);
        const profile = tree === 'TProfiles' && { fSumw2: fArray, fBinEntries: fArray };
        const fXaxis = { fNbins: nx, fXmin: 0, fXmax: nx, fTitle: 'x' };
        const fYaxis = { fNbins: ny, fXmin: 0, fXmax: ny, fTitle: 'y' };
        const value = { fName: `me${i}`, fTitle: `Element ${i}`, fXaxis, fYaxis, fEntries: cells, fArray, ...profile };
        return { tree, fullName: `PixelPhase1/Tracks/${tree}/element_${i}`, value };
      }),
    );
    writer.add(RUN, lumi, elements);
  }
  writer.end();
  sink.close();
}

/** A ROOT file of so many maps under keys `run<R>_ls<L>_map`, compressed by zlib. */
export function writeMaps(path: string, maps: number, nx: number, ny: number): void {
  const sink = new FileSink(path);
  const file = new RootFileWriter(sink, zlibBlock);
  const random = randomCounts();
  const keys = Array.from({ length: maps }, (_, i) => {
    const members = {
      fTitle: 'Map',
      fXaxis: { fNbins: nx, fXmin: 0, fXmax: nx },
      fYaxis: { fNbins: ny, fXmin: 0, fXmax: ny },
      fEntries: nx * ny,
      fArray: random((nx + 2) * (ny + 2)),
    };
    return file.object('TH2F', `run${RUN}_ls${i + 1}_map`, (objects) => objects.object('TH2F', members));
  });
  file.end(keys);
  sink.close();
}

/** Small counts, many of them 0, the same in every run. */
export function randomCounts(): (cells: number) => Float64Array {
  let seed = 1;
  return (cells) => {
    const counts = new Float64Array(cells);
    for (let i = 0; i < cells; i++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      counts[i] = Math.max(0, (seed >>> 24) - 100);
    }
    return counts;
  };
}

class FileSink implements Sink {
  readonly #file: number;
  #at = BEGIN;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  append(bytes: Buffer): void {
    writeSync(this.#file, bytes, 0, bytes.length, this.#at);
    this.#at += bytes.length;
  }

  head(bytes: Buffer): void {
    writeSync(this.#file, bytes, 0, bytes.length, 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}
