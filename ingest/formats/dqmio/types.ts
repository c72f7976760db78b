/** What the trees of a DQMIO file hold, one tree a type; the place in the list is the number of the type. */
export interface ElementType {
  readonly tree: string;
  /** Class of the values, or how a plain value is stored. */
  readonly value: string;
  readonly is: 'SCALAR' | 'HISTOGRAM' | 'NOT_READ';
}

const scalar = (tree: string, value: string): ElementType => ({ tree, value, is: 'SCALAR' });
const histogram = (value: string): ElementType => ({ tree: `${value}s`, value, is: 'HISTOGRAM' });

export const TYPES: readonly ElementType[] = [
  scalar('Ints', 'INT'),
  scalar('Floats', 'FLOAT'),
  scalar('Strings', 'STRING'),
  histogram('TH1F'),
  histogram('TH1S'),
  histogram('TH1D'),
  histogram('TH2F'),
  histogram('TH2S'),
  histogram('TH2D'),
  // bins have one or two axes here
  { tree: 'TH3Fs', value: 'TH3F', is: 'NOT_READ' },
  histogram('TProfile'),
  histogram('TProfile2D'),
  histogram('TH1I'),
  histogram('TH2I'),
];

/** The type of a row that says: processed, and nothing stored. */
export const NOTHING_STORED = 1000;

export const INDICES = 'Indices';
