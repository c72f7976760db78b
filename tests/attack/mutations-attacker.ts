import type { GraphQLField } from 'graphql';
import { type App, createApp } from '../../src/app.ts';
import { type Environment, parseConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { ERROR_CODES } from '../../src/plugins/error-codes.ts';
import type { Store } from '../../src/store/store.ts';
import { AUTHORIZED, SESSION } from '../support/session.ts';
import { ID_MARK, TOO_LARGE } from './mutations-values.ts';
import { selectionOf } from './schema-walk.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at by path
export type Data = any;

export interface Told {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, Data>>;
}

export interface Answer {
  readonly status: number;
  readonly data: Data;
  readonly errors: readonly Told[];
}

/** What no error may say: words of databases, of the language, of files of the program. */
const INSIDE =
  /SQLITE|sqlite|postgres|prisma|syntax error at|byte sequence|out of range for type|violates|constraint|Cannot read|is not a function|is not iterable|call stack|undefined|node_modules|\.ts:\d|\bat \w+ \(|ENOENT|EACCES|EISDIR|ENAMETOOLONG/;
/** Codes that say that the server made a mistake. */
const MISTAKES = [
  'INTERNAL',
  'CORRUPT_BINS',
  'CORRUPT_MODEL',
  'CONFIGURATION',
  'GRAPHQL_EXECUTION_FAILED',
  'UNAVAILABLE',
];
const LONGEST_MESSAGE = 2000;
const BODILESS = [405, 406, 415];

/** Sends what an attacker sends to the whole HTTP surface over a store, and looks at what comes back. */
export class Attacker {
  readonly app: App;
  /** What is wrong with answers so far, with the request; the first of each kind. */
  readonly findings: string[] = [];
  readonly #kinds = new Set<string>();
  /** Global ids that the server gave. */
  readonly #ids: string[] = ['UnVuOjE'];
  #logged = '';
  readonly #flush: () => void;

  constructor(store: Store, environment: Environment) {
    const log = createLog('warn', (text) => {
      this.#logged += text;
    });
    this.#flush = () => log.flush();
    this.app = createApp(store, parseConfig(environment), { log, session: SESSION });
  }

  /** One mutation, its arguments as variables or written into the document. */
  async call(
    field: GraphQLField<unknown, unknown>,
    values: Readonly<Record<string, unknown>>,
    inDocument: boolean,
    headers: Record<string, string> = AUTHORIZED,
  ): Promise<Answer> {
    const given = this.#withIds(values) as Record<string, unknown>;
    const selection = selectionOf(field.type, 3);
    if (inDocument) {
      const args = Object.entries(given).map(([name, value]) => `${name}: ${literal(value)}`);
      const query = `mutation { ${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} ${selection} }`;
      return this.post(JSON.stringify({ query }), headers);
    }
    const declared = field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
    const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
    const query = `mutation (${declared}) { ${field.name}(${passed}) ${selection} }`;
    return this.post(JSON.stringify({ query, variables: given }), headers);
  }

  async post(json: string, headers: Record<string, string> = AUTHORIZED): Promise<Answer> {
    const body = json.replaceAll(`"${TOO_LARGE}"`, '1e400').replaceAll(TOO_LARGE, '1e400');
    const response = await this.app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return this.judge(response, body);
  }

  find(what: string, where: string): void {
    const kind = what.replace(/\d+/g, '').slice(0, 300);
    if (!this.#kinds.has(kind)) this.findings.push(`${what}\n  ${where}`);
    this.#kinds.add(kind);
  }

  /** What is right with every answer, whatever was asked. */
  async judge(response: Response, asked: string): Promise<Answer> {
    const text = await response.text();
    const complain = (what: string) =>
      this.find(what, `asked: ${asked.slice(0, 3000)}\n  answer: ${text.slice(0, 1000)}`);
    let answer: { data?: Data; errors?: readonly Told[] } = {};
    try {
      answer = JSON.parse(text);
    } catch {
      // what is refused by its headers alone may be answered without a body
      if (text !== '' || !BODILESS.includes(response.status)) complain(`no JSON (${response.status})`);
    }
    const errors = answer.errors ?? [];
    if (response.status >= 500) complain(`status ${response.status}`);
    for (const { message, extensions } of errors) {
      const code = String(extensions?.code);
      if (!Object.hasOwn(ERROR_CODES, code)) complain(`unknown code ${code}`);
      if (MISTAKES.includes(code)) complain(`code ${code}`);
      if (INSIDE.test(message)) complain('an error that speaks of the inside');
      if (message.length > LONGEST_MESSAGE) complain(`a message of ${message.length} characters`);
    }
    this.#learn(answer.data);
    this.#flush();
    if (this.#logged.includes('unexpected error')) complain(`logged: ${withoutTimes(this.#logged).slice(0, 2500)}`);
    this.#logged = '';
    return { status: response.status, data: answer.data, errors };
  }

  #learn(value: Data): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'id' && typeof inner === 'string' && !this.#ids.includes(inner)) this.#ids.unshift(inner);
      else this.#learn(inner);
    }
    this.#ids.length = Math.min(this.#ids.length, 60);
  }

  #withIds(value: unknown): unknown {
    if (typeof value === 'string') {
      const place = ID_MARK.exec(value)?.[1];
      return place === undefined ? value : this.#ids[Number(place) % this.#ids.length];
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => this.#withIds(one));
    const object = {};
    for (const [name, inner] of Object.entries(value)) {
      Object.defineProperty(object, name, { value: this.#withIds(inner), enumerable: true });
    }
    return object;
  }
}

const withoutTimes = (logged: string) => logged.replace(/"(time|requestId)":"[^"]*",/g, '');

/** A value as it is written in a document; what is an enum there is guessed by its capitals. */
function literal(value: unknown): string {
  if (typeof value === 'string') return /^[A-Z][A-Z_0-9]+$/.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, inner]) => `${/^[_A-Za-z]\w*$/.test(name) ? name : 'a'}: ${literal(inner)}`)
    .join(', ')}}`;
}
