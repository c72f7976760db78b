import { CSC } from './csc.ts';
import { ECAL } from './ecal.ts';
import { PIXEL } from './pixel.ts';
import type { SampleHistogram } from './shapes.ts';
import { STRIP } from './strip.ts';

/** The 24 monitor elements of the sample, subsystem by subsystem. */
export const SAMPLE_HISTOGRAMS: readonly SampleHistogram[] = [...PIXEL, ...STRIP, ...ECAL, ...CSC];
