import { spareProcesses } from '../../ingest/parse-process/parse-process.ts';

// one start for the files that a worker reads in many tests
spareProcesses.most = 4;
