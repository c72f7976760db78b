import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Context } from '../context.ts';
import { ForbiddenError } from '../domain/errors.ts';
import { requireScope, type Scope } from '../domain/viewer.ts';

export const SCOPE_PLUGIN = 'scope';

declare global {
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      scope: ScopePlugin<Types>;
    }
    interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** What a token has to allow before this field is resolved. */
      scope: Scope;
    }
    interface SubscriptionFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      /** What a token has to allow before this field is subscribed to; `read` where reading is open to all. */
      scope: Scope;
    }
    interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** What a token has to allow before this field is resolved, where that is more than reading. */
      scope?: Scope;
    }
    interface ObjectFieldOptions<
      Types extends SchemaTypes,
      ParentShape,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** What a token has to allow before this field is resolved, where that is more than reading. */
      scope?: Scope;
    }
  }
}

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

/**
 * The option `scope` of fields: every mutation and subscription has one, others may. It stands in the field's
 * `extensions`, and is required of the viewer before anything else of the field runs. A server that takes no changes
 * refuses every mutation, whoever asks.
 */
class ScopePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const scope = scopeOf(field);
    if (scope === undefined) {
      if (field.kind !== 'Mutation' && field.kind !== 'Subscription') return field;
      throw new Error(`${field.parentType}.${field.name} does not say which scope it needs`);
    }
    return { ...field, extensions: { ...field.extensions, scope } };
  }

  override wrapResolve(resolve: Resolver<Types>, field: PothosOutputFieldConfig<Types>): Resolver<Types> {
    const scope = scopeOf(field);
    // the scope of a subscription is required when it begins
    if (scope === undefined || field.kind === 'Subscription') return resolve;
    if (field.kind !== 'Mutation') {
      return (source, args, context, info) => {
        requireScope((context as Context).viewer, scope);
        return resolve(source, args, context, info);
      };
    }
    const change = async (...given: Parameters<typeof resolve>) => {
      // of what was answered before
      (given[2] as Context).store.forgetNames();
      const done = await resolve(...given);
      (given[2] as Context).beginEvent();
      return done;
    };
    return (source, args, context, info) => {
      const { mayWrite, viewer } = context as Context;
      if (!mayWrite) throw readOnly();
      requireScope(viewer, scope);
      return change(source, args, context, info);
    };
  }

  override wrapSubscribe(
    subscribe: Resolver<Types> | undefined,
    field: PothosOutputFieldConfig<Types>,
  ): Resolver<Types> | undefined {
    const scope = scopeOf(field);
    if (subscribe === undefined || scope === undefined) return subscribe;
    return (source, args, context, info) => {
      requireScope((context as Context).viewer, scope);
      return subscribe(source, args, context, info);
    };
  }
}

const scopeOf = ({ pothosOptions }: { pothosOptions: unknown }) => (pothosOptions as { scope?: Scope }).scope;

export const readOnly = () =>
  new ForbiddenError(
    'this server only reads: it takes mutations where LUMIGRAPH_MUTATIONS is on and LUMIGRAPH_READ_ONLY off',
  );

SchemaBuilder.registerPlugin(SCOPE_PLUGIN, ScopePlugin);
