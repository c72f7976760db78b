import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { describeSettings, parseConfig, settings } from '../src/config.ts';
import { ConfigurationError } from '../src/domain/errors.ts';

describe('the configuration', () => {
  test('works with nothing set', () => {
    expect(parseConfig({})).toEqual({
      databaseUrl: 'file:./data/lumigraph.db',
      host: '127.0.0.1',
      allowedHosts: [],
      port: 4000,
      sample: true,
      web: true,
      log: 'info',
      splice: true,
      jit: true,
      maxPageSize: 1000,
      maxInputRows: 1000,
      read: 'open',
      jwtIssuer: '',
      jwtAudience: '',
      jwtJwksUrl: '',
      jwtScopesClaim: 'scope',
      mutations: true,
      maxNodes: 500_000,
      maxAnswerNodes: 200_000,
      maxDepth: 20,
      maxAliases: 100,
      maxRootFields: 30,
      maxSubscriptions: 2000,
      maxClientSubscriptions: 100,
      omsToken: '',
      runRegistryToken: '',
      maxTokens: 10_000,
      maxBodyBytes: 10_000_000,
      maxAnonymousBodyBytes: 1_000_000,
      maxBatch: 0,
      maxDirectives: 50,
      maxFragments: 500,
      maxResponseBytes: 250_000_000,
      timeoutMs: 30_000,
      maxClientRequests: 64,
      refusedPercent: 1,
      maxRequests: 512,
      clientAddressHeader: '',
      introspection: true,
      trustedDocuments: [],
      uploads: './data/uploads',
      maxUploadBytes: 2_000_000_000,
      maxClientWaitingBytes: 20_000_000_000,
      maxWaitingBytes: 50_000_000_000,
      maxClientJobs: 10_000,
      keepUploadsDays: 7,
      ingestRoots: [],
      threads: 2,
      jobs: 1,
      compress: true,
      corsOrigins: [],
      readOnly: false,
      metrics: 'local',
      metricsPort: 0,
      traceEndpoint: '',
      maxConnections: 4096,
      maxHeaderBytes: 16_384,
      headersTimeoutMs: 10_000,
      exportTimeoutMs: 600_000,
      maxExports: 4,
      maxClientExports: 2,
      requestTimeoutMs: 300_000,
      keepAliveTimeoutMs: 65_000,
      sendTimeoutMs: 30_000,
      maxUnsentBytes: 256_000_000,
      stopTimeoutMs: 10_000,
    });
  });

  test('takes what the environment says, and an empty string for nothing', () => {
    const environment = {
      DATABASE_URL: 'postgresql://me:secret@host/db',
      PORT: '0',
      HOST: '',
      LUMIGRAPH_SAMPLE: 'off',
      PATH: '/bin',
    };
    expect(parseConfig(environment)).toMatchObject({
      databaseUrl: 'postgresql://me:secret@host/db',
      port: 0,
      host: '127.0.0.1',
      sample: false,
    });
  });

  test('takes the settings of an issuer together', () => {
    const jwt = {
      LUMIGRAPH_JWT_ISSUER: 'https://issuer.example',
      LUMIGRAPH_JWT_AUDIENCE: 'lumigraph',
      LUMIGRAPH_JWT_JWKS_URL: 'https://issuer.example/keys',
    };
    expect(parseConfig(jwt)).toMatchObject({ jwtAudience: 'lumigraph', jwtScopesClaim: 'scope' });
    expect(() => parseConfig({ ...jwt, LUMIGRAPH_JWT_AUDIENCE: '' })).toThrow(/^LUMIGRAPH_JWT_AUDIENCE: missing/);
    expect(() => parseConfig({ LUMIGRAPH_JWT_ISSUER: 'x' })).toThrow(
      /^LUMIGRAPH_JWT_AUDIENCE, LUMIGRAPH_JWT_JWKS_URL: missing/,
    );
    for (const url of ['http://issuer.example/keys', 'keys', 'file:///keys']) {
      expect(() => parseConfig({ ...jwt, LUMIGRAPH_JWT_JWKS_URL: url })).toThrow('must be an https: URL');
    }
    for (const url of ['http://127.0.0.1:81/keys', 'http://localhost/keys'])
      parseConfig({ ...jwt, LUMIGRAPH_JWT_JWKS_URL: url });
  });

  test('keeps the words of a choice', () => {
    for (const word of ['open', 'token']) expect(parseConfig({ LUMIGRAPH_READ: word })).toMatchObject({ read: word });
  });

  test('takes origins as a list', () => {
    const { corsOrigins } = parseConfig({ LUMIGRAPH_CORS_ORIGINS: 'https://a.ch, http://localhost:5173' });
    expect(corsOrigins).toEqual(['https://a.ch', 'http://localhost:5173']);
    for (const odd of ['a.ch', 'https://a.ch/', 'https://a.ch:443', 'null']) {
      expect(() => parseConfig({ LUMIGRAPH_CORS_ORIGINS: odd })).toThrow('is no origin');
    }
  });

  test('takes host names as a list, in one spelling', () => {
    const { allowedHosts } = parseConfig({ LUMIGRAPH_ALLOWED_HOSTS: 'DQM.example.org, *.cern.ch' });
    expect(allowedHosts).toEqual(['dqm.example.org', '*.cern.ch']);
    for (const odd of ['http://dqm.example.org', 'dqm.example.org:4000', 'a/b', 'a b', 'a.*.org', '*.*.org', 'x@y']) {
      expect(() => parseConfig({ LUMIGRAPH_ALLOWED_HOSTS: odd })).toThrow('is no host name');
    }
  });

  test.each([
    ['PORT', '70000', 'must lie between 0 and 65535'],
    ['PORT', '80 ', 'must be a whole number'],
    ['PORT', '1e3', 'must be a whole number'],
    ['LUMIGRAPH_SAMPLE', 'yes', 'must be one of on, off'],
    ['LUMIGRAPH_MAX_PAGE_SIZE', '0', 'must lie between 1 and 1000'],
    ['LUMIGRAPH_LOG', 'verbose', 'must be one of debug, info, warn, error, silent'],
  ])('refuses %s=%s in words', (name, value, words) => {
    expect(() => parseConfig({ [name]: value })).toThrow(new ConfigurationError(`${name}=${value}: ${words}`));
  });

  test('names everything that is wrong at once', () => {
    expect(() => parseConfig({ PORT: 'x', LUMIGRAPH_LOG: 'y' })).toThrow(/PORT=x[\s\S]*LUMIGRAPH_LOG=y/);
  });

  test('never repeats a connection string, which holds a password', () => {
    const wrong = () => parseConfig({ DATABASE_URL: 'mysql://me:secret@host/db' });
    expect(wrong).toThrow('DATABASE_URL=(hidden): must begin with file: or postgresql://');
  });

  test('refuses a setting that it does not know, with the one that was meant', () => {
    expect(() => parseConfig({ LUMIGRAPH_MAX_DEPHT: '3' })).toThrow('did you mean LUMIGRAPH_MAX_DEPTH?');
    expect(() => parseConfig({ LUMIGRAPH_COLOUR_OF_THE_SKY: 'blue' })).toThrow(
      'LUMIGRAPH_COLOUR_OF_THE_SKY is not a setting (--help lists them)',
    );
  });

  test('describes every setting with its default', () => {
    const text = describeSettings();
    for (const { name, fallback } of settings) {
      expect(text).toContain(`  ${name}\n`);
      expect(text).toContain(`default ${fallback}`);
    }
  });
});

describe('a file .env', () => {
  let folder = '';
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('in the working directory is read, and the environment wins over it', () => {
    folder = mkdtempSync(join(tmpdir(), 'lumigraph-env-'));
    writeFileSync(join(folder, '.env'), 'PORT=4711\nHOST=192.0.2.1\n');
    const config = join(import.meta.dirname, '../src/config.ts');
    const script = `const { loadConfig } = await import(${JSON.stringify(config)}); const { port, host } = loadConfig(); console.log(port, host)`;
    const tsx = import.meta.resolve('tsx');
    const output = execFileSync(process.execPath, ['--import', tsx, '--input-type=module', '--eval', script], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOST: '192.0.2.2' },
      encoding: 'utf8',
    });
    expect(output).toBe('4711 192.0.2.2\n');
  });
});
