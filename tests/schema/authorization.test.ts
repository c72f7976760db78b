import SchemaBuilder from '@pothos/core';
import type { GraphQLField, GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { ANONYMOUS, NOBODY, SCOPES, type Scope, type Viewer, withIncluded } from '../../src/domain/viewer.ts';
import { schema } from '../../src/schema/index.ts';
import { SCOPE_PLUGIN } from '../../src/schema/scope-option.ts';

const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.values(type?.getFields() ?? {});
const mutations = fieldsOf(schema.getMutationType());
const subscriptions = fieldsOf(schema.getSubscriptionType());

const viewer = (...scopes: Scope[]): Viewer => ({
  name: 'ci',
  scopes: withIncluded(scopes),
  authenticated: true,
  expiresAt: null,
});

/** Begins the field for a viewer who must not have it: nothing behind its scope is there. */
function begin(field: GraphQLField<unknown, Context>, who: Viewer, mayWrite = true): unknown {
  const context = { viewer: who, mayWrite } as Context;
  const run = field.subscribe ?? field.resolve;
  return run?.({}, {}, context, {} as GraphQLResolveInfo);
}

describe.each([...mutations, ...subscriptions])('$name', (field) => {
  const { scope } = field.extensions as { scope?: Scope };

  test('says which scope it needs', () => expect(SCOPES).toContain(scope));

  test('is begun for nobody who has not that scope', () => {
    const needed = scope as Scope;
    expect(() => begin(field, NOBODY)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
    if (needed !== 'read') {
      expect(() => begin(field, ANONYMOUS)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
    }
    for (const other of SCOPES.filter((one) => !withIncluded([one]).includes(needed))) {
      expect(() => begin(field, viewer(other))).toThrow(
        expect.objectContaining({ code: 'FORBIDDEN', details: { scope: needed } }),
      );
    }
    expect(() => begin(field, viewer())).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});

test.each(mutations)('a server that only reads does not begin $name, whoever asks', (field) => {
  expect(() => begin(field, viewer('admin'), false)).toThrow(
    expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringContaining('LUMIGRAPH_MUTATIONS') }),
  );
});

test('runs are deleted, and tokens made and revoked, by admins alone', () => {
  const scopes = Object.fromEntries(mutations.map(({ name, extensions }) => [name, extensions.scope]));
  expect(scopes).toMatchObject({ deleteRun: 'admin', createToken: 'admin', revokeToken: 'admin' });
});

test('a mutation that does not say which scope it needs is no schema', () => {
  const builder = new SchemaBuilder<{ Context: Context }>({ plugins: [SCOPE_PLUGIN] } as never);
  builder.queryType({ fields: (t) => ({ here: t.boolean({ resolve: () => true }) }) });
  // @ts-expect-error: nor does it compile
  builder.mutationType({ fields: (t) => ({ shout: t.boolean({ resolve: () => true }) }) });
  expect(() => builder.toSchema()).toThrow('Mutation.shout does not say which scope it needs');
});

test('every scope includes reading, and admin all', () => {
  expect(withIncluded([])).toEqual([]);
  expect(withIncluded(['read'])).toEqual(['read']);
  expect(withIncluded(['challenge', 'ingest'])).toEqual(['read', 'ingest', 'challenge']);
  expect(withIncluded(['admin'])).toEqual(SCOPES);
});
