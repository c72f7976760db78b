import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { endReading, hasDied, nameReading } from '../../ingest/pipeline/process-name.ts';

const module = resolve(import.meta.dirname, '../../ingest/pipeline/process-name.ts');
const program = `import(${JSON.stringify(module)}).then(({ nameReading }) => {
  process.stdout.write(nameReading());
  setInterval(() => {}, 1000);
})`;

test('a reading of this process goes on until it ends', () => {
  const [one, two] = [nameReading(), nameReading()];
  expect(one).not.toBe(two);
  expect([hasDied(one), hasDied(two)]).toEqual([false, false]);
  endReading(one);
  expect([hasDied(one), hasDied(two)]).toEqual([true, false]);
  endReading(two);
});

test('one of another process of this host goes on until the process is dead, reaped or not', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [name] = (await once(child.stdout, 'data')).map(String);
  expect(name?.split(' ')[1]).toBe(String(child.pid));
  expect(hasDied(name ?? '')).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(hasDied(name ?? '')).toBe(true);
});

test('a process that got the number of a dead one is another one', () => {
  const name = nameReading();
  const [host, pid, start, number] = name.split(' ');
  expect(hasDied([host, process.ppid, start, number].join(' '))).toBe(process.platform === 'linux');
  expect(hasDied([host, pid, `${start}0`, number].join(' '))).toBe(process.platform === 'linux');
  endReading(name);
});

test.each([
  ['another host', (name: string) => `elsewhere/${name}`],
  ['another boot of this one', (name: string) => name.replace('/', '/0')],
  ['whatever else', () => 'a name'],
  ['nobody', () => ''],
])('nothing is certain of %s', (_, change) => {
  const name = nameReading();
  endReading(name);
  expect(hasDied(change(name))).toBe(false);
});
