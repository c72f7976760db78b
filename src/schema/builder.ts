import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import type { Context } from '../context.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { RawJson } from '../domain/raw-json.ts';
import type PrismaTypes from '../generated/pothos-types.ts';
import { getDatamodel } from '../generated/pothos-types.ts';
import type { IncomingFile } from '../jobs/incoming-file.ts';
import { decodeGlobalId, encodeGlobalId } from './global-id.ts';
import { SCOPE_PLUGIN } from './scope-option.ts';

export interface SchemaTypes {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    File: { Input: IncomingFile; Output: never };
    Base64: { Input: never; Output: RawJson };
    Bins: { Input: never; Output: RawJson };
    BinsInput: { Input: Float64Array; Output: never };
    GoldenJson: { Input: string; Output: never };
    DateTime: { Input: Date; Output: Date };
    JSONObject: { Input: Readonly<Record<string, unknown>>; Output: Readonly<Record<string, unknown>> };
    SafeInt: { Input: number; Output: number };
  };
}

export type ExtendedTypes = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

/** The one schema builder. Every file beside this one adds a noun to it; index.ts loads them all. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [SCOPE_PLUGIN, PrismaPlugin, RelayPlugin],
  defaultFieldNullability: false,
  prisma: {
    client: (context) => context.store.prisma,
    dmmf: getDatamodel(),
    // Prisma objects are fed with whole rows from the store: a second query for one of them is a mistake.
    onUnusedQuery: 'error',
  },
  relay: {
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: decodeGlobalId,
    idFieldOptions: {
      description: 'Opaque identity of the object over all types; give it to `node` to read it again.',
    },
    nodeTypeOptions: { description: 'An object that can be read again by its id alone.' },
    nodeQueryOptions: {
      description:
        'The object of this id; null where there is none (any more). An id that this graph never gave is an error.',
      args: { id: { description: 'An `id` as an object of this graph gave it.' } },
    },
    nodesQueryOptions: {
      description:
        'The objects of these ids, in their order; null for each that does not exist. One SQL statement a type.',
      args: { ids: { description: 'At most 1,000 values of `id` as objects of this graph gave them.' } },
      resolve: (_root, { ids }, { maxPageSize }, _info, resolveNodes) => {
        if (ids.length <= maxPageSize) return resolveNodes(ids);
        throw new InvalidInputError(`ids: ${ids.length} are more than ${maxPageSize}.`, {
          field: 'ids',
          max: maxPageSize,
        });
      },
    },
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
    hasNextPageFieldOptions: { description: 'Whether more objects follow the last one of this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether objects stand before the first one of this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first object, null on an empty page: give it as `before`.' },
    endCursorFieldOptions: { description: 'Cursor of the last object, null on an empty page: give it as `after`.' },
  },
});

builder.queryType({ description: 'Everything that can be read.' });
builder.mutationType({ description: 'Everything that can be changed.' });
builder.subscriptionType({ description: 'Everything that one can be told of when it happens.' });
