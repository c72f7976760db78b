import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { compile } from '../../bin/compile.mjs';
import { make } from '../../bin/made.mjs';
import { ENTRIES, PROGRAMS } from '../../bin/programs.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folders of compiled programs. */
    programs: string;
    testPrograms: string;
  }
}

/** Parse processes that go wrong in the way they are named after. */
const FAULTY = 'tests/ingest/faulty-parsers';
const KILLED = 'tests/ingest/killed-ingest.ts';
const MODULES = ['src/store/migrate.ts', 'ingest/parse-process/parse-process.ts'];
const EXAMPLES = ['examples/trend.ts', 'examples/submit.ts'];

/** What is started without the launcher, which looks at all sources first. */
export const compiledServer = () => join(inject('programs'), 'server.js');
export const compiledCli = () => join(inject('programs'), 'cli.js');

export const killedIngest = () => join(inject('testPrograms'), 'killed-ingest.js');
/** Modules, not programs. */
export const compiledMigrate = () => join(inject('testPrograms'), 'migrate.js');
export const compiledParseProcess = () => join(inject('testPrograms'), 'parse-process.js');
/** An example for users, which they start from its source. */
export const compiledExample = (name: string) => join(inject('testPrograms'), `${name}.js`);
export const faultyParser = (name: string) => join(inject('testPrograms'), `${name}.js`);

export async function compilePrograms() {
  const own = [
    'tests/support/compiled-programs.ts',
    FAULTY,
    KILLED,
    'tests/ingest/ingest-all.ts',
    'client',
    ...EXAMPLES,
  ];
  const sources = [...PROGRAMS.sources, ...own];
  const faulty = readdirSync(FAULTY).map((name) => join(FAULTY, name));
  return {
    programs: await make(PROGRAMS, (folder) => compile(ENTRIES, folder)),
    // the parser of the killed ingest lies beside it
    testPrograms: await make({ name: 'test-programs', sources }, (folder) =>
      compile(['ingest/parse-process/child.ts', KILLED, ...MODULES, ...EXAMPLES, ...faulty], folder),
    ),
  };
}
