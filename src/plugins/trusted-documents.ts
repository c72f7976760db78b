import { readFileSync } from 'node:fs';
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Plugin } from './request-facts.ts';

/**
 * Executes the listed documents alone, which clients name by their hash: as `documentId`, or as Apollo's clients do
 * (`extensions.persistedQuery.sha256Hash`). Nothing where no list is configured.
 */
export function useTrustedDocuments({ trustedDocuments }: Pick<Config, 'trustedDocuments'>): Plugin {
  if (trustedDocuments.length === 0) return {};
  const documents = new Map(trustedDocuments.flatMap(readManifest));
  return usePersistedOperations({
    getPersistedOperation: (id) => documents.get(withoutPrefix(id)) ?? null,
    extractPersistedOperationId: (params, request) => idOf(params as Params, request),
    customErrors: {
      persistedQueryOnly: () =>
        untrusted('This server executes listed documents alone: send the hash of one, not a query'),
      keyNotFound: () => untrusted('This server executes listed documents alone: send the hash of one as `documentId`'),
      notFound: ({ params, request }) =>
        untrusted(`No listed document has the hash ${JSON.stringify(idOf(params as Params, request))}`),
    },
  }) as Plugin;
}

interface Params {
  readonly documentId?: unknown;
  readonly extensions?: { readonly persistedQuery?: { readonly sha256Hash?: unknown } | null } | null;
}

function idOf({ documentId, extensions }: Params, { method, url }: Request): string | null {
  const id =
    documentId ??
    extensions?.persistedQuery?.sha256Hash ??
    (method === 'GET' ? new URL(url).searchParams.get('documentId') : null);
  return typeof id === 'string' ? id : null;
}

const untrusted = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'UNTRUSTED_DOCUMENT' satisfies ErrorCode, http: { status: 403 } } });

/** Generators write `sha256:` before a hash, and some clients do not send it. */
const withoutPrefix = (hash: string) => hash.replace(/^sha256:/, '');

const Manifest = z.record(z.string(), z.string());

/** @throws ConfigurationError for a file that cannot be read, or is no list of documents by their hash. */
function readManifest(path: string): [hash: string, document: string][] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigurationError(`LUMIGRAPH_TRUSTED_DOCUMENTS: ${path}: ${(cause as Error).message}`, {}, { cause });
  }
  const manifest = Manifest.safeParse(content);
  if (!manifest.success) {
    throw new ConfigurationError(`LUMIGRAPH_TRUSTED_DOCUMENTS: ${path} is no JSON object of documents by their hash`);
  }
  return Object.entries(manifest.data).map(([hash, document]) => [withoutPrefix(hash), document]);
}
