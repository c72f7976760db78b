/**
 * The parse process: reads untrusted files on behalf of its parent, under a memory limit that it enforces on itself.
 * Started by parse-process.ts, one for many files. A crash in here costs one file, never the parent.
 */
import { writeSync } from 'node:fs';
import { serialize } from 'node:v8';
import { formatById, recognise } from '../formats/registry.ts';
import { checkGzip } from '../source/check-gzip.ts';
import { type ByteSource, openSource, type SourceChunk } from '../source.ts';
import { locateChosen, readChosen } from './elements.ts';
import { type Job, packError, type Request, type Response } from './messages.ts';
import { letOthersGoFirst } from './priority.ts';
import { watchMemory } from './watchdog.ts';

/** How often, in bytes of the file, the parent hears that reading goes on. */
const PROGRESS_BYTES = 4 * 1024 * 1024;

/** File descriptor of the frames to the parent, see relay.mjs. */
const ANSWERS = 4;

letOthersGoFirst({ alone: true });
watchMemory(Number(process.argv[2]));

/** The job under way, and how many more steps it may send. */
let current = { id: 0, credits: 0, cancelled: true, wake: () => {} };
let queue = Promise.resolve();

process.on('message', (request: Request) => {
  if (request.kind === 'taken') {
    if (request.id !== current.id) return;
    current.credits++;
    current.wake();
  } else if (request.kind === 'cancel') {
    if (request.id !== current.id) return;
    current.cancelled = true;
    current.wake();
  } else {
    queue = queue.then(() => answer(request));
  }
});
// Nobody is left to read for.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
send({ kind: 'ready' });

/** Blocks until all is in the pipe; the other end is drained by a thread that does nothing else. */
function send(response: Response): void {
  const bytes = serialize(response);
  const header = Buffer.alloc(4);
  header.writeUInt32LE(bytes.length);
  write(header);
  write(bytes);
}

function write(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(ANSWERS, bytes, at);
}

async function answer(job: Job): Promise<void> {
  current = { id: job.id, credits: 'inFlight' in job ? job.inFlight : 0, cancelled: false, wake: () => {} };
  try {
    const opened = await openSource(job.file.path, { expect: job.file.stamp });
    try {
      await perform(job, opened);
    } finally {
      await opened.close();
    }
  } catch (error) {
    send({ kind: 'failed', id: job.id, error: packError(error) });
  }
}

async function perform(job: Job, opened: ByteSource): Promise<void> {
  const { id } = job;
  const source = withProgress(opened, id);
  if (job.kind === 'recognise') {
    const format = job.format === undefined ? await recognise(source) : await formatById(job.format);
    const { needs, title, defaultOnConflict = 'keep' } = format;
    const statedDataset = format.statedDataset(opened.head, opened.name, opened.path);
    send({
      kind: 'recognised',
      id,
      recognition: { format: format.id, title, needs, defaultOnConflict, statedDataset },
    });
    return;
  }
  if (job.kind === 'scores') {
    const { readScores } = await import('../formats/scores/scores.ts');
    for await (const step of readScores(source)) {
      if (!(await mayGoOn())) break;
      send({ kind: 'scores', id, step });
    }
    send({ kind: 'done', id });
    return;
  }
  const format = await formatById(job.format);
  if (job.kind === 'locate') {
    send({ kind: 'located', id, located: await locateChosen(format, source, job.keys, job.options) });
    return;
  }
  // what goes on from a checkpoint was checked before it came there
  const goesOn = () => {
    send({ kind: 'progress', id, bytesRead: 0 });
    return !current.cancelled;
  };
  if (!job.options.resume) await checkGzip(opened, goesOn);
  for await (const step of readChosen(format, source, job.options)) {
    if (!(await mayGoOn())) break;
    send({ kind: 'step', id, step });
  }
  send({ kind: 'done', id });
}

/** Once a step may be sent; false where nobody wants one any more. */
async function mayGoOn(): Promise<boolean> {
  while (current.credits === 0 && !current.cancelled) {
    await new Promise<void>((wake) => {
      current.wake = wake;
    });
  }
  if (current.cancelled) return false;
  current.credits--;
  return true;
}

/** The same source, which also tells the parent how far reading has come. */
function withProgress(source: ByteSource, id: number): ByteSource {
  let told = 0;
  let ranges = 0;
  async function* chunks(from?: number): AsyncGenerator<SourceChunk> {
    told = 0;
    for await (const chunk of source.chunks(from)) {
      yield chunk;
      if (source.bytesRead() - told < PROGRESS_BYTES) continue;
      told = source.bytesRead();
      await goesOn();
    }
  }
  async function goesOn(): Promise<void> {
    send({ kind: 'progress', id, bytesRead: source.bytesRead() });
    // One turn of the event loop, in which a cancellation can arrive.
    await new Promise<void>((resume) => setImmediate(resume));
  }
  async function readAt(position: number, length: number): Promise<Uint8Array> {
    const bytes = await source.readAt(position, length);
    ranges += length;
    if (ranges >= PROGRESS_BYTES) {
      ranges = 0;
      send({ kind: 'progress', id, bytesRead: source.bytesRead() });
    }
    return bytes;
  }
  return {
    path: source.path,
    name: source.name,
    stamp: source.stamp,
    compressed: source.compressed,
    head: source.head,
    chunks,
    readAt,
    goesOn,
    bytesRead: () => source.bytesRead(),
    sha256: (signal) => source.sha256(signal),
    assertUnchanged: () => source.assertUnchanged(),
    close: () => source.close(),
  };
}
