import type { LogLevel } from './config.ts';

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };
type LineLevel = Exclude<LogLevel, 'silent'>;

export interface Log {
  /** Whether a line of this level would be written at all; spares the making of facts that nobody reads. */
  wants(level: LineLevel): boolean;
  /** One JSON line: time, level, event, then the facts. Errors among them are written with stack and causes. */
  line(level: LineLevel, event: string, facts?: Readonly<Record<string, unknown>>): void;
  /** Writes what is held back. */
  flush(): void;
}

/**
 * Lines are held for a moment and written together: a write for each of thousands of requests a second costs more
 * than many of the requests. Errors are written at once, with everything before them.
 */
export function createLog(level: LogLevel, write: (text: string) => void = writeToStderr): Log {
  let held = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held === '') return;
    const text = held;
    held = '';
    write(text);
  };
  const wants = (lineLevel: LineLevel) => RANK[lineLevel] >= RANK[level];
  return {
    wants,
    line(lineLevel, event, facts) {
      if (!wants(lineLevel)) return;
      held += `${JSON.stringify({ time: new Date().toISOString(), level: lineLevel, event, ...facts }, showErrors)}\n`;
      if (lineLevel === 'error' || held.length > 64_000) flush();
      else timer ??= setTimeout(flush, HELD_FOR_MS).unref();
    },
    flush,
  };
}

const HELD_FOR_MS = 50;

const writeToStderr = (text: string) => void process.stderr.write(text);

function showErrors(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...('code' in value ? { code: value.code } : {}), ...(cause ? { cause } : {}) };
}
