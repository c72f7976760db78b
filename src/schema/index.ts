import './scalars.ts';
import './run.ts';
import './lumisection.ts';
import './histogram.ts';
import './contribution.ts';
import './lumisection-histogram.ts';
import './run-histogram.ts';
import './scalar-value.ts';
import './quality-test.ts';
import './dataset.ts';
import './monitor-element.ts';
import './certification.ts';
import './certification-mask.ts';
import './data-file.ts';
import './ingest-issue.ts';
import './viewer.ts';
import './token.ts';
import './run-mutations.ts';
import './histogram-mutations.ts';
import './certification-mutations.ts';
import './deletion-mutations.ts';
import './token-mutations.ts';
import './data-file-progress.ts';
import './run-added.ts';
import './certification-changed.ts';
import { builder } from './builder.ts';

/** The whole graph. */
export const schema = builder.toSchema();
