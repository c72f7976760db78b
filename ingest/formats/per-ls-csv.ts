import type { Format } from './format.ts';

export declare const perLsCsv: Format;
