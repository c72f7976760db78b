import { FileError } from '../../file-error.ts';

/** The systems whose API can be asked instead of reading a file. */
export const LIVE_SYSTEMS = { oms: 'OMS', rr: 'Run Registry' } as const;
export type LiveSystem = keyof typeof LIVE_SYSTEMS;

/** `oms:https://...` as a user names it. */
export interface LiveName {
  readonly system: LiveSystem;
  readonly url: URL;
}

const NAME = /^(oms|rr):(?=[a-z]+:\/\/)/;

export const isLiveName = (name: string): boolean => NAME.test(name);

/** @throws FileError NOT_A_URL, NOT_TLS. */
export function parseLiveName(name: string): LiveName {
  const system = NAME.exec(name)?.[1] as LiveSystem;
  const text = name.slice(system.length + 1);
  if (!URL.canParse(text)) throw new FileError('NOT_A_URL', `${name}: ${text} is no URL`, { value: text });
  const url = new URL(text);
  assertSafe(url);
  if (url.username !== '' || url.password !== '') {
    const reason = 'a password in a URL would be written into logs and the ledger: give a token by the environment';
    throw new FileError('NOT_A_URL', `${system}:${url.origin}: ${reason}`);
  }
  return { system, url };
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/**
 * Whether what is asked and answered can be read or changed on its way: TLS, or it does not leave this machine.
 * @throws FileError NOT_TLS
 */
export function assertSafe(url: URL): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))) return;
  const reason = 'only https is asked, as the answer goes into the database (http on this machine itself)';
  throw new FileError('NOT_TLS', `${url.href}: ${reason}`, { value: url.href });
}
