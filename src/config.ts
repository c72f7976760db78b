import { existsSync } from 'node:fs';
import { z } from 'zod';
import { editsBetween } from './domain/closest.ts';
import { ConfigurationError } from './domain/errors.ts';
import { choice, count, onOff, type Setting, secret } from './setting.ts';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a key is fetched from decides who is let in. */
function isKeysUrl(text: string): boolean {
  if (text === '') return true;
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
}

function origins(text: string, context: z.RefinementCtx): readonly string[] {
  const list = text
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
  for (const origin of list) {
    if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) continue;
    context.addIssue({
      code: 'custom',
      message: `${origin} is no origin: a scheme, a host, and a port where it is not the usual one`,
    });
  }
  return list;
}

/** Of host names in one spelling, as URLs have them. */
function hostNames(text: string, context: z.RefinementCtx): readonly string[] {
  const list = text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  for (const name of list) {
    const plain = name.replace(/^\*\./, 'any.');
    if (
      name === '*' ||
      (!plain.includes('*') && URL.canParse(`http://${plain}`) && new URL(`http://${plain}`).hostname === plain)
    )
      continue;
    context.addIssue({
      code: 'custom',
      message: `${name} is no host name: dqm.example.org, *.example.org for all below it, without scheme and port; or *`,
    });
  }
  return list;
}

/** Every setting of the server. docs/configuration.md and `--help` are printed from this table. */
const SETTINGS = {
  databaseUrl: {
    name: 'DATABASE_URL',
    schema: z.string().regex(/^(file:.+|postgres(ql)?:\/\/.+)$/, 'must begin with file: or postgresql://'),
    fallback: 'file:./data/lumigraph.db',
    values: '`file:PATH` (SQLite) or `postgresql://USER:PASSWORD@HOST/DATABASE`',
    meaning: 'The database. A SQLite file is created when it is missing; migrations are applied at start.',
  },
  host: {
    name: 'HOST',
    schema: z.string().min(1, 'must not be empty'),
    fallback: '127.0.0.1',
    values: 'address or host name',
    meaning: 'Address to listen on. `0.0.0.0` opens the server to the network.',
  },
  port: count('PORT', 4000, 0, 65535, 'Port to listen on; 0 takes any free one.'),
  allowedHosts: {
    name: 'LUMIGRAPH_ALLOWED_HOSTS',
    schema: z.string().transform(hostNames),
    fallback: '',
    values: 'host names without port, separated by commas; `*.example.org`: all below it; `*`: any',
    meaning:
      'Names by which clients may ask this server, beside `localhost` and addresses. Where `HOST` is of this machine alone only these are answered: a proxy in front that hands on its own name needs it here. Else any name will do, unless some are listed.',
  },
  sample: onOff('LUMIGRAPH_SAMPLE', 'on', 'Whether an empty database is filled with generated sample data at start.'),
  web: onOff('LUMIGRAPH_WEB', 'on', 'Whether the GraphiQL page is built (on first start) and served at `/graphiql`.'),
  log: choice(
    'LUMIGRAPH_LOG',
    LOG_LEVELS,
    'info',
    'Least level of the JSON log lines on standard error. `info` writes one line per request, `warn` only the failed ones.',
  ),
  splice: onOff(
    'LUMIGRAPH_SPLICE',
    'on',
    'Whether bins are written into responses as text straight from storage. `off` gives the same bytes, slower.',
  ),
  jit: onOff(
    'LUMIGRAPH_JIT',
    'on',
    'Whether operations are compiled before they are executed. `off` gives the same answers, slower.',
  ),
  maxPageSize: count('LUMIGRAPH_MAX_PAGE_SIZE', 1000, 1, 1000, 'Most objects one page (`first`, `last`) may ask for.'),
  read: choice(
    'LUMIGRAPH_READ',
    ['open', 'token'],
    'open',
    'Who may read: `open` everybody, `token` only who sends a token; introspection is reading, `/health` and `/ready` are not.',
  ),
  jwtIssuer: {
    name: 'LUMIGRAPH_JWT_ISSUER',
    schema: z.string(),
    fallback: '',
    values: 'the claim `iss`, usually a URL',
    meaning:
      'Issuer (OIDC) whose JSON Web Tokens are taken beside the tokens of this server. With `LUMIGRAPH_JWT_AUDIENCE` and `LUMIGRAPH_JWT_JWKS_URL`; none unless told.',
  },
  jwtAudience: {
    name: 'LUMIGRAPH_JWT_AUDIENCE',
    schema: z.string(),
    fallback: '',
    values: 'the claim `aud`',
    meaning: 'Name of this server at the issuer: tokens for others are refused.',
  },
  jwtJwksUrl: {
    name: 'LUMIGRAPH_JWT_JWKS_URL',
    schema: z.string().refine(isKeysUrl, 'must be an https: URL (http: on this machine alone)'),
    fallback: '',
    values: 'URL (`jwks_uri` of the issuer)',
    meaning: 'Where the issuer publishes its keys.',
  },
  jwtScopesClaim: {
    name: 'LUMIGRAPH_JWT_SCOPES_CLAIM',
    schema: z.string(),
    fallback: 'scope',
    values: 'name of a claim, with dots into objects (`resource_access.lumigraph.roles`)',
    meaning:
      'Claim that lists scopes (`read`, `ingest`, `challenge`, `admin`), as a list or separated by blanks; other words in it say nothing.',
  },
  mutations: onOff(
    'LUMIGRAPH_MUTATIONS',
    'on',
    'Whether mutations are taken, from clients whose token has the scope; `off` makes a server that only reads.',
  ),
  uploads: {
    name: 'LUMIGRAPH_UPLOADS',
    schema: z.string().min(1, 'must not be empty'),
    fallback: './data/uploads',
    values: 'path of a folder',
    meaning:
      'Where uploaded files lie until they are read; made when it is missing. Servers that share a database share this folder, too.',
  },
  maxUploadBytes: count(
    'LUMIGRAPH_MAX_UPLOAD_BYTES',
    2_000_000_000,
    1,
    1_000_000_000_000,
    'Most bytes of one uploaded file.',
  ),
  maxClientWaitingBytes: count(
    'LUMIGRAPH_MAX_CLIENT_WAITING_BYTES',
    20_000_000_000,
    1,
    1_000_000_000_000_000,
    'Most bytes of uploads of one client (its token) that lie in `LUMIGRAPH_UPLOADS`, because they wait to be read, or failed; the smallest counts as 1 MB.',
  ),
  maxWaitingBytes: count(
    'LUMIGRAPH_MAX_WAITING_BYTES',
    50_000_000_000,
    1,
    1_000_000_000_000_000,
    'The same of all clients together: less than the disk holds.',
  ),
  maxClientJobs: count(
    'LUMIGRAPH_MAX_CLIENT_JOBS',
    10_000,
    1,
    10_000_000,
    'Most files of one client (its token) that wait to be read, uploaded or not.',
  ),
  keepUploadsDays: count(
    'LUMIGRAPH_KEEP_UPLOADS_DAYS',
    7,
    1,
    10_000,
    'How long an uploaded file is kept whose job failed or was cancelled, so that it can be retried. One that was read is removed at once.',
  ),
  ingestRoots: {
    name: 'LUMIGRAPH_INGEST_ROOTS',
    schema: z.string().transform((text) =>
      text
        .split(',')
        .map((path) => path.trim())
        .filter(Boolean),
    ),
    fallback: '',
    values: 'paths of folders, separated by commas',
    meaning:
      'Folders of which `ingestDataFiles` reads files, and nothing outside of them; none unless told. Servers that share a database share these folders, too.',
  },
  threads: count(
    'LUMIGRAPH_THREADS',
    2,
    1,
    64,
    'Threads that compute scores (`compare`, evaluations) at a time, for all operations together; each may take as much memory as the histograms of a few monitor elements. As many further ones run built-in strategies.',
  ),
  jobs: count(
    'LUMIGRAPH_JOBS',
    1,
    0,
    16,
    'Files that this server reads at a time in the background, in a process of its own; 0 leaves them, and built-in strategies, to other servers on the same database.',
  ),
  maxInputRows: count(
    'LUMIGRAPH_MAX_INPUT_ROWS',
    1000,
    1,
    100_000,
    'Most rows (runs, histograms ...) in a list of the input of one mutation.',
  ),
  maxNodes: count(
    'LUMIGRAPH_MAX_NODES',
    500_000,
    1,
    1_000_000_000,
    'Most objects one operation may ask for: page sizes multiplied along nested connections, then added up.',
  ),
  maxAnswerNodes: count(
    'LUMIGRAPH_MAX_ANSWER_NODES',
    200_000,
    1,
    1_000_000_000,
    'Most objects that the lists of one answer may give, counted as they come from the database.',
  ),
  maxDepth: count('LUMIGRAPH_MAX_DEPTH', 20, 1, 1000, 'Deepest nesting of fields in one operation.'),
  maxAliases: count('LUMIGRAPH_MAX_ALIASES', 100, 0, 100_000, 'Most aliases and repeated fields in one document.'),
  maxRootFields: count('LUMIGRAPH_MAX_ROOT_FIELDS', 30, 1, 10_000, 'Most fields at the root of one operation.'),
  maxDirectives: count('LUMIGRAPH_MAX_DIRECTIVES', 50, 0, 100_000, 'Most directives in one document.'),
  maxFragments: count(
    'LUMIGRAPH_MAX_FRAGMENTS',
    500,
    0,
    5000,
    'Most fragments that one document spreads, inline ones among them.',
  ),
  maxTokens: count('LUMIGRAPH_MAX_TOKENS', 10_000, 1, 10_000_000, 'Most lexical tokens in one document.'),
  maxBodyBytes: count(
    'LUMIGRAPH_MAX_BODY_BYTES',
    10_000_000,
    1,
    1_000_000_000,
    'Most bytes in the body of one request.',
  ),
  maxAnonymousBodyBytes: count(
    'LUMIGRAPH_MAX_ANONYMOUS_BODY_BYTES',
    1_000_000,
    1,
    1_000_000_000,
    'The same of a request without a token: reading JSON takes time and memory before anybody knows whether it is of use.',
  ),
  maxBatch: count(
    'LUMIGRAPH_MAX_BATCH',
    0,
    0,
    1000,
    'Most operations in one request sent as a JSON array; 0 refuses arrays.',
  ),
  maxResponseBytes: count(
    'LUMIGRAPH_MAX_RESPONSE_BYTES',
    250_000_000,
    1_000,
    1_000_000_000_000,
    'Most bytes of one answer, before it is compressed.',
  ),
  maxExports: count('LUMIGRAPH_MAX_EXPORTS', 4, 0, 10_000, 'Most exports (`/export/`) at the same time.'),
  maxClientExports: count(
    'LUMIGRAPH_MAX_CLIENT_EXPORTS',
    2,
    1,
    10_000,
    'Most exports of one client (its token, else its address) at the same time.',
  ),
  exportTimeoutMs: count(
    'LUMIGRAPH_EXPORT_TIMEOUT_MS',
    600_000,
    1,
    86_400_000,
    'How long an export may take, in milliseconds; then it is cut, and its cursor says where to go on.',
  ),
  timeoutMs: count(
    'LUMIGRAPH_TIMEOUT_MS',
    30_000,
    1,
    3_600_000,
    'How long a query may take until its answer is ready, in milliseconds; then its statements are ended.',
  ),
  maxClientRequests: count(
    'LUMIGRAPH_MAX_CLIENT_REQUESTS',
    64,
    1,
    1_000_000,
    'Most requests of one client (its token, else its address) that are answered at the same time.',
  ),
  maxRequests: count(
    'LUMIGRAPH_MAX_REQUESTS',
    512,
    1,
    1_000_000,
    'Most requests of all clients together that are answered at the same time.',
  ),
  refusedPercent: count(
    'LUMIGRAPH_REFUSED_PERCENT',
    1,
    1,
    100,
    'Share of the time of the server, in percent, that refused requests of one client may take; answers to further ones are held back, by up to 10 s. 100: never.',
  ),
  clientAddressHeader: {
    name: 'LUMIGRAPH_CLIENT_ADDRESS_HEADER',
    schema: z
      .string()
      .regex(/^[\w-]*$/, 'must be the name of a header')
      .toLowerCase(),
    fallback: '',
    values: 'name of a header, e.g. `x-forwarded-for`',
    meaning:
      'Header in which the proxy in front tells the address of the client (the last one, where it lists several). Only where every request comes through that proxy: others could write what they like into it.',
  },
  introspection: onOff(
    'LUMIGRAPH_INTROSPECTION',
    'on',
    'Whether clients may ask for the schema. `off` also keeps errors from suggesting names; then set `LUMIGRAPH_WEB=off` too, as GraphiQL lives on it.',
  ),
  trustedDocuments: {
    name: 'LUMIGRAPH_TRUSTED_DOCUMENTS',
    schema: z.string().transform((text) =>
      text
        .split(',')
        .map((path) => path.trim())
        .filter(Boolean),
    ),
    fallback: '',
    values: 'paths of JSON files (hash to document), separated by commas',
    meaning:
      'The only documents that are executed, asked for by their hash: what generated clients list in `persisted-documents.json`. Unless told, clients may send any document.',
  },
  compress: onOff(
    'LUMIGRAPH_COMPRESS',
    'on',
    'Whether answers of more than 1,400 bytes are compressed for clients that accept it (`br`, `gzip`; `zstd` on Node 22.15 and later).',
  ),
  corsOrigins: {
    name: 'LUMIGRAPH_CORS_ORIGINS',
    schema: z.string().transform(origins),
    fallback: '',
    values: 'origins (`https://dqm.example.org`), separated by commas; or `*`',
    meaning: 'Web sites whose pages may ask this server from a browser; none unless told.',
  },
  readOnly: onOff(
    'LUMIGRAPH_READ_ONLY',
    'off',
    'Whether this server never writes to its database (`npm start -- --read-only` is the same): there are no mutations, uploads and jobs, nothing is migrated, and the database has to be there and up to date.',
  ),
  metrics: choice(
    'LUMIGRAPH_METRICS',
    ['local', 'on', 'off'],
    'local',
    'Whether `/metrics` tells of the server in the text format of Prometheus: `local` to clients on the same machine that come without a proxy, `on` to everybody.',
  ),
  metricsPort: count(
    'LUMIGRAPH_METRICS_PORT',
    0,
    0,
    65535,
    'A port of its own, on the same `HOST`, for `/metrics`, `/health` and `/ready`; `PORT` then has no `/metrics`. 0: none.',
  ),
  traceEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    schema: z
      .string()
      .refine((text) => text === '' || (/^https?:/.test(text) && URL.canParse(text)), 'must be an http or https URL'),
    fallback: '',
    values: 'URL, e.g. `http://127.0.0.1:4318`',
    meaning:
      'Where traces of OpenTelemetry are sent (OTLP over HTTP); nothing is traced, nor loaded for it, unless told. Its other `OTEL_` variables work as well.',
  },
  maxConnections: count(
    'LUMIGRAPH_MAX_CONNECTIONS',
    4096,
    1,
    1_000_000,
    'Most connections open at the same time; further ones are closed at once.',
  ),
  maxHeaderBytes: count(
    'LUMIGRAPH_MAX_HEADER_BYTES',
    16_384,
    1024,
    1_000_000,
    'Most bytes of the request line and the headers together.',
  ),
  headersTimeoutMs: count(
    'LUMIGRAPH_HEADERS_TIMEOUT_MS',
    10_000,
    1,
    3_600_000,
    'How long the headers of a request may take to arrive, in milliseconds.',
  ),
  requestTimeoutMs: count(
    'LUMIGRAPH_REQUEST_TIMEOUT_MS',
    300_000,
    1,
    86_400_000,
    'How long a whole request may take to arrive, in milliseconds: large uploads over slow lines need more.',
  ),
  keepAliveTimeoutMs: count(
    'LUMIGRAPH_KEEP_ALIVE_TIMEOUT_MS',
    65_000,
    1,
    3_600_000,
    'How long a connection without a request stays open, in milliseconds: longer than a proxy in front keeps it.',
  ),
  sendTimeoutMs: count(
    'LUMIGRAPH_SEND_TIMEOUT_MS',
    30_000,
    1,
    3_600_000,
    'How long a client may take nothing of an answer that is ready before it is disconnected, in milliseconds.',
  ),
  maxUnsentBytes: count(
    'LUMIGRAPH_MAX_UNSENT_BYTES',
    256_000_000,
    1_000_000,
    1_000_000_000_000,
    'Most bytes of answers that wait for their clients to take them; beyond it the slowest are disconnected.',
  ),
  maxSubscriptions: count(
    'LUMIGRAPH_MAX_SUBSCRIPTIONS',
    2000,
    0,
    1_000_000,
    'Most subscriptions that run at the same time.',
  ),
  maxClientSubscriptions: count(
    'LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS',
    100,
    0,
    1_000_000,
    'Most subscriptions of one client (one token; without a token, one address) that run at the same time.',
  ),
  omsToken: secret(
    'LUMIGRAPH_OMS_TOKEN',
    'Bearer token that `npm run ingest -- oms:https://...` sends to the site it asks.',
  ),
  runRegistryToken: secret(
    'LUMIGRAPH_RR_TOKEN',
    'Bearer token that `npm run ingest -- rr:https://...` sends to the site it asks.',
  ),
  stopTimeoutMs: count(
    'LUMIGRAPH_STOP_TIMEOUT_MS',
    10_000,
    0,
    3_600_000,
    'How long requests under way may go on when the server is told to stop, in milliseconds.',
  ),
} as const satisfies Record<string, Setting>;

export const settings: readonly Setting[] = Object.values(SETTINGS);

/** The checked settings. */
export type Config = { readonly [Key in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Key]['schema']> };

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'LUMIGRAPH_';

/**
 * Checks an environment and fills in what it leaves unset (an empty string counts as unset).
 * @throws ConfigurationError that names every wrong variable at once, unknown `LUMIGRAPH_` names among them.
 */
export function parseConfig(environment: Environment): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting>(SETTINGS)) {
    const text = environment[setting.name] || setting.fallback;
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) values[key] = parsed.data;
    else problems.push(`${setting.name}=${shown(setting, text)}: ${parsed.error.issues[0]?.message}`);
  }
  const jwt = [SETTINGS.jwtIssuer, SETTINGS.jwtAudience, SETTINGS.jwtJwksUrl].map(({ name }) => name);
  const missing = jwt.filter((name) => !environment[name]);
  if (missing.length > 0 && missing.length < jwt.length)
    problems.push(`${missing.join(', ')}: missing beside the others of ${jwt.join(', ')}`);
  const known = settings.map((setting) => setting.name);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(PREFIX) || known.includes(name)) continue;
    const nearest = closest(name, known);
    problems.push(`${name} is not a setting${nearest ? `; did you mean ${nearest}?` : ''} (--help lists them)`);
  }
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'));
  return consistent(values as Config);
}

/** Who only reads takes no mutations either, and fills nothing. */
const consistent = (config: Config): Config =>
  config.readOnly ? { ...config, mutations: false, sample: false } : config;

/** Reads `.env` (where there is one; the environment wins over it), then the environment of this process; `given` wins over both. */
export function loadConfig(given: Environment = {}): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseConfig({ ...process.env, ...given });
}

/** The settings as plain text for `--help`. */
export function describeSettings(): string {
  return settings
    .map(
      ({ name, values, fallback, meaning }) =>
        `  ${name}\n      ${meaning}\n      ${values}; default ${fallback || 'none'}`,
    )
    .join('\n')
    .replaceAll('`', '');
}

/** Connection strings hold passwords: they are never repeated in an error. */
const shown = (setting: Setting, text: string) =>
  setting.secret || setting.name === 'DATABASE_URL' ? '(hidden)' : text;

function closest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .filter((candidate) => candidate.startsWith(PREFIX))
    .map((candidate) => ({ candidate, distance: editsBetween(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= 5 ? best.candidate : undefined;
}
