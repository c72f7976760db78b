import { spareProcesses } from '../../ingest/parse-process/parse-process.ts';
import { standIns } from '../../src/own-program.ts';
import { bundledPrograms } from './bundled-programs.ts';

standIns
  .set('child', bundledPrograms.parser)
  .set('worker-process', bundledPrograms.jobWorker)
  .set('tasks', bundledPrograms.tasks);

// one start for the files that a worker reads in many tests
spareProcesses.most = 2;
