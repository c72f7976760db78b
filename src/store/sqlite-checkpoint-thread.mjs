/** A thread that moves SQLite's log into the database, for sqlite-checkpoints.ts. Started with the path of the database. */
import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';

const database = new DatabaseSync(workerData);
// the log is flushed before, the database after
database.exec('PRAGMA synchronous = NORMAL');
const move = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort.on('message', (wish) => {
  if (wish === 'move') {
    move.get();
    parentPort.postMessage('moved');
  } else {
    database.close();
    parentPort.close();
  }
});
