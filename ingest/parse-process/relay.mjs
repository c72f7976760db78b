/**
 * A thread that starts the parse process and passes messages on: the main thread may be deep in a synchronous write,
 * and a pipe that nobody drains would hold up the reading. Plain JavaScript: on Node 20 a thread starts without a
 * TypeScript loader.
 *
 * From the process come frames (length as uint32 little-endian, then what v8.serialize made of a Response) on
 * descriptor 4; to it go requests over IPC.
 */
import { fork } from 'node:child_process';
import { parentPort, workerData } from 'node:worker_threads';

const { entry, args, execArgv } = workerData;
const child = fork(entry, args, {
  execArgv,
  serialization: 'advanced',
  stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
  // A key pressed in the terminal reaches the whole group; the main thread alone decides when reading stops.
  detached: true,
});
parentPort.postMessage({ kind: 'started', pid: child.pid });
parentPort.on('message', (request) => {
  // A process that is gone is noticed by its 'close', not here.
  if (child.connected) child.send(request, () => {});
});

let stderr = '';
child.stderr.on('data', (text) => {
  stderr = (stderr + text).slice(-4000);
});
child.on('error', (error) => {
  stderr += `\n${error.message}`;
  if (child.pid === undefined) ended(null, null);
});
// 'close' comes after the last frame and the last of standard error; 'exit' may come before them.
child.on('close', ended);

function ended(code, signal) {
  parentPort.postMessage({ kind: 'ended', code, signal, stderr });
  parentPort.close();
}

const header = Buffer.alloc(4);
let headerBytes = 0;
/** @type {Buffer | null} */
let frame = null;
let frameBytes = 0;

child.stdio[4].on('data', (chunk) => {
  for (let at = 0; at < chunk.length; ) {
    if (frame === null) {
      const taken = chunk.copy(header, headerBytes, at, at + 4 - headerBytes);
      headerBytes += taken;
      at += taken;
      if (headerBytes < 4) return;
      headerBytes = 0;
      frameBytes = 0;
      // Not from the pool: its memory is handed over.
      frame = Buffer.allocUnsafeSlow(header.readUInt32LE());
    }
    const taken = chunk.copy(frame, frameBytes, at);
    frameBytes += taken;
    at += taken;
    if (frameBytes < frame.length) return;
    parentPort.postMessage(frame.buffer, [frame.buffer]);
    frame = null;
  }
});
