import type { WrittenElement } from './dqmio.ts';

const x = { fNbins: 3, fXmin: 0, fXmax: 7, fXbins: [0, 1, 3, 7], fTitle: 'charge', fLabels: ['a', null, 'c'] };
const y = { fNbins: 2, fXmin: -1, fXmax: 1, fTitle: 'side', fLabels: ['left', 'right'] };
const cells = (k: number) => Array.from({ length: 20 }, (_, i) => i * k);

/** A histogram of each type, a number and a text, whose contents `k` tells apart. TH3 has no place in the store. */
export function elementsOfEveryType(k: number): WrittenElement[] {
  return [
    { tree: 'Ints', fullName: 'Pixel/events', value: 2n ** 60n + BigInt(k) },
    { tree: 'Floats', fullName: 'Pixel/rate', value: 0.1 * k },
    { tree: 'Strings', fullName: 'Pixel/notes', value: `${k} `.repeat(200) },
    one('TH1Fs', 'adc', { fXaxis: x, fArray: [1, 2, 3, 0, 4].map((value) => value * k) }),
    one('TH1Ss', 'short', { fXaxis: x, fArray: [1, -2, 3, 0, k] }),
    one('TH1Ds', 'double', { fXaxis: x, fArray: [0, 0.1 * k, 0, 0, 0], fSumw2: [0, 0.25, 0, 0, 0] }),
    one('TH1Is', 'int', { fXaxis: x, fArray: [0, 70_000, 0, 0, k] }),
    one('TH2Fs', 'map', { fXaxis: x, fYaxis: y, fArray: cells(k) }),
    one('TH2Ss', 'map_short', { fXaxis: x, fYaxis: y, fArray: cells(k) }),
    one('TH2Ds', 'map_double', { fXaxis: x, fYaxis: y, fArray: cells(0.1 * k) }),
    one('TH2Is', 'map_int', { fXaxis: x, fYaxis: y, fArray: cells(70_000 * k) }),
    one('TProfiles', 'profile', { fXaxis: y, fArray: [0, 4, 6, k], fSumw2: [0, 16, 18, k], fBinEntries: [0, 1, 2, k] }),
    one('TProfile2Ds', 'profile_map', {
      fXaxis: x,
      fYaxis: y,
      fArray: cells(k),
      fSumw2: cells(2 * k),
      fBinEntries: cells(1),
    }),
  ];
}

function one(tree: string, name: string, members: Record<string, unknown>): WrittenElement {
  return { tree, fullName: `Pixel/${name}`, value: { fName: name, fTitle: name, fEntries: 9, ...members } };
}
