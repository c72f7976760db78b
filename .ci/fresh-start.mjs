// What a newcomer does: `npm start` with nothing there yet, one query, and the example program against the same server.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-fresh-'));
const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
const env = {
  ...process.env,
  DATABASE_URL: `file:${join(folder, 'data', 'fresh.db')}`,
  HOST: '127.0.0.1',
  PORT: String(port),
};
const url = `http://127.0.0.1:${port}`;
const started = performance.now();
const server = spawn('npm', ['start'], { env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });

async function ask(query) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

async function answered() {
  while (performance.now() - started < 180_000) {
    if (server.exitCode !== null) throw new Error(`the server ended with status ${server.exitCode}`);
    try {
      const ready = await fetch(`${url}/ready`);
      if (ready.ok) return;
    } catch {
      // not listening yet
    }
    await sleep(200);
  }
  throw new Error('no answer within 180 s');
}

try {
  await answered();
  const { data, errors } = await ask('{ runs { totalCount nodes { number lumisections(first: 1) { totalCount } } } }');
  if (errors || !(data.runs.totalCount > 0)) throw new Error(`unexpected answer: ${JSON.stringify({ data, errors })}`);
  const page = await fetch(`${url}/graphiql`);
  if (!page.ok || !(await page.text()).includes('<div id="root">')) throw new Error('the GraphiQL page is not served');
  execFileSync('npx', ['tsx', 'examples/trend.ts', '--url', `${url}/graphql`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  console.log(
    `first answer after ${((performance.now() - started) / 1000).toFixed(1)} s: ${data.runs.totalCount} runs`,
  );
} finally {
  if (server.exitCode === null) process.kill(-server.pid, 'SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
