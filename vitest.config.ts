import { mkdirSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** Files of tests live in memory where there is a roomy file system of that kind: most of their time was its syncing. */
const MEMORY = `/dev/shm/lumigraph-tests-${process.getuid?.()}`;
const ROOM_BYTES = 4e9;
if (process.env.TMPDIR === undefined && hasRoom('/dev/shm')) {
  mkdirSync(MEMORY, { recursive: true });
  process.env.TMPDIR = MEMORY;
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > ROOM_BYTES;
  } catch {
    return false;
  }
}

/** Prints `N passed, N failed, N skipped` alone on the last line, for CI. */
const closingLine: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) for (const test of module.children.allTests()) count[test.result().state]++;
    // a file or a suite that does not even load has no tests to count, and is a failure all the same
    for (const module of modules) {
      for (const part of [module, ...module.children.allSuites()]) if (part.errors().length > 0) count.failed++;
    }
    // nor does an error that no test caught belong to one
    count.failed += unhandledErrors.length;
    process.once('exit', () => {
      console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped + count.pending} skipped`);
      // what stops the PostgreSQL of the tests ends the process with 0, whatever was set before
      if (count.failed > 0) process.exitCode = 1;
    });
  },
};

export default defineConfig({
  // One copy of graphql: Vite would take index.mjs for our files while Yoga and Pothos take index.js,
  // and then every GraphQLError looks foreign and gets masked.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    setupFiles: ['tests/support/setup.ts'],
    reporters: ['default', closingLine],
    // one load of the modules for all files of a worker: no test may leave anything behind in them
    isolate: false,
    execArgv: [
      // most of what tests make is dead at once; a larger space is more memory to fetch from the system
      '--max-semi-space-size=16',
      // tests run much code a few times: compiling it as if it were to run for days took a fifth of their processor time
      '--interrupt-budget=1000000',
    ],
    // Vitest leaves one core to its own process; here tests wait for child processes and databases much of the time
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
