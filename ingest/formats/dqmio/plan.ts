import type { Indices, Section } from './indices.ts';
import { TYPES } from './types.ts';

/**
 * What is read one after another: each part gives records of one kind. Every element (in `refused` and `empty`: every
 * row) is counted, from 1, in this order: its number is its line.
 */
export interface Part {
  readonly kind: 'refused' | 'empty' | 'scalars' | 'lumisections' | 'runs';
  readonly sections: readonly Section[];
  readonly lines: number;
}

export function planOf({ sections, empty, refused }: Indices): Part[] {
  const part = (kind: Part['kind'], ofPart: readonly Section[]): Part => ({
    kind,
    sections: ofPart,
    lines: ofPart.reduce((sum, { first, last }) => sum + last - first + 1, 0),
  });
  const scalar = ({ type }: Section) => TYPES[type]?.is === 'SCALAR';
  const histograms = sections.filter((section) => !scalar(section));
  return [
    { kind: 'refused', sections: [], lines: refused.length },
    { kind: 'empty', sections: empty, lines: empty.length },
    part('scalars', sections.filter(scalar)),
    part(
      'lumisections',
      histograms.filter(({ lumisection }) => lumisection > 0),
    ),
    part(
      'runs',
      histograms.filter(({ lumisection }) => lumisection === 0),
    ),
  ];
}
