/** Tasks that tests ask of threads. */
const tasks = {
  echo: (input) => input,
  fail: (message) => {
    throw Object.assign(new Error(message), { name: 'CorruptBinsError', details: { bytes: 7 } });
  },
  surprise: () => {
    throw new TypeError('surprise');
  },
  sleep: (flag) => {
    Atomics.store(flag, 0, 1);
    Atomics.wait(flag, 1, 0);
    return 'awake';
  },
  end: () => process.exit(3),
};

export const work = (task, input) => ({ output: tasks[task](input), transfer: [] });
