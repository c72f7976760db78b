import { standIns } from '../../src/own-program.ts';
import { bundledPrograms } from './bundled-programs.ts';

standIns
  .set('child', bundledPrograms.parser)
  .set('worker-process', bundledPrograms.jobWorker)
  .set('tasks', bundledPrograms.tasks);
