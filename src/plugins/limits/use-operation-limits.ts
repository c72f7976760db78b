import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import type { Config } from '../../config.ts';
import type { Context } from '../../context.ts';
import { MOST_SCORES } from '../../domain/prediction-scores.ts';
import type { ErrorCode } from '../error-codes.ts';
import { limitError } from '../limit-error.ts';
import type { Plugin } from '../request-facts.ts';
import { documentRules } from './document-rules.ts';
import { refusalOf, tooLong } from './document-scan.ts';
import { nodeBudget } from './node-budget.ts';
import { variableCoercer } from './variable-coercer.ts';

type Limits = Pick<
  Config,
  | 'maxDepth'
  | 'maxAliases'
  | 'maxRootFields'
  | 'maxDirectives'
  | 'maxFragments'
  | 'maxTokens'
  | 'maxNodes'
  | 'maxInputRows'
  | 'introspection'
>;

/** A token is rarely longer than this; a longer document is refused before it is read, let alone cached. */
const CHARACTERS_PER_TOKEN = 50;

/** Objects in variables: each costs a look at every field of its type, while nobody else is served. */
const MOST_VARIABLE_OBJECTS = 5000;
/** A row of an input is an object, with up to two axes of a histogram or some ranges in it. */
const OBJECTS_PER_ROW = 5;
/** A call of `submitPrediction` takes this many scores, of which each is an object; mutations are for those with a token. */
const MOST_MUTATION_OBJECTS = MOST_SCORES + 500;
/** Variables of this depth are no where-argument of ours, and would overflow the stack when they are coerced. */
const MOST_VARIABLE_DEPTH = 500;

/** Limits on documents (tokens, depth, aliases, directives, fragments, root fields) and on what an operation asks for with its variables. */
export function useOperationLimits(limits: Limits): Plugin {
  const { maxTokens, maxNodes } = limits;
  const mostObjects = Math.max(MOST_VARIABLE_OBJECTS, OBJECTS_PER_ROW * limits.maxInputRows);
  const rules = documentRules(limits);
  /** What is known of an operation before its variables are. */
  const plans = new WeakMap<OperationDefinitionNode, ReturnType<typeof planOf>>();
  const planOf = (schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) => {
    const plan = {
      coerce: variableCoercer(schema, operation, { hideSuggestions: !limits.introspection }),
      nodesAskedFor: nodeBudget({ schema, operation, fragments: fragmentsOf(document) }),
    };
    plans.set(operation, plan);
    return plan;
  };
  const refuseTooLarge: NonNullable<Plugin['onExecute'] & Plugin['onSubscribe']> = ({
    args: { schema, document, operationName, variableValues, contextValue },
    setResultAndStopExecution,
  }) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return;
    const most = operation.operation === 'mutation' ? Math.max(mostObjects, MOST_MUTATION_OBJECTS) : mostObjects;
    if (hasMoreObjects(variableValues, most)) {
      return setResultAndStopExecution({ errors: [tooManyObjects(most)] });
    }
    const plan = plans.get(operation) ?? planOf(schema, document, operation);
    const { coerced, errors } = plan.coerce(variableValues ?? {});
    if (errors) return setResultAndStopExecution({ errors: errors.map(wrongVariable) });
    const asked = plan.nodesAskedFor(coerced);
    const context = contextValue as unknown as Context;
    context.variables = coerced;
    context.cost.requestedNodes = asked;
    if (asked <= maxNodes) return;
    setResultAndStopExecution({
      errors: [
        limitError({
          setting: 'LUMIGRAPH_MAX_NODES',
          limit: maxNodes,
          actual: asked,
          what: `The operation asks for up to ${asked} objects`,
          remedy: 'Ask for smaller pages (`first`), or follow the inner connections in operations of their own.',
        }),
      ],
    });
  };
  return {
    onParams({ params: { query } }) {
      const most = maxTokens * CHARACTERS_PER_TOKEN;
      if (typeof query === 'string' && query.length > most) throw tooLong(query.length, 'characters', most);
    },
    onParse({ setParseFn }) {
      setParseFn((source, options) => {
        const refusal = refusalOf(source, limits);
        if (refusal) throw refusal;
        return parse(source, { ...options, maxTokens });
      });
    },
    onValidate({ validateFn, setValidationFn }) {
      // what passes a limit is looked at no further: the other rules take the longer the more there is
      setValidationFn((schema, document, ...rest) => {
        const passed = validate(schema, document, rules);
        if (passed.length > 0) return passed;
        const errors = validateFn(schema, document, ...rest);
        return errors.some(isAborted) ? [tooEntangled()] : errors;
      });
    },
    onExecute: refuseTooLarge,
    // of a subscription: what each event asks for
    onSubscribe: refuseTooLarge,
  };
}

/** graphql compares fields of one name pair by pair, through fragments, and gives up after half a million. */
const isAborted = ({ message }: GraphQLError) => message === 'Validation aborted.';

const tooEntangled = () =>
  new GraphQLError(
    'The fragments of the document repeat so many fields that whether they agree takes more than 500000 comparisons. Spread fewer fragments beside each other.',
    {
      extensions: {
        code: 'LIMIT_EXCEEDED' satisfies ErrorCode,
        limit: 500_000,
        http: { status: 400, spec: true },
      },
    },
  );

const tooManyObjects = (most: number) =>
  new GraphQLError(
    `The variables hold more than ${most} objects or nest more than ${MOST_VARIABLE_DEPTH} of them. Give lists of values to \`in\`, or ask in several operations.`,
    {
      extensions: {
        code: 'LIMIT_EXCEEDED' satisfies ErrorCode,
        limit: most,
        http: { status: 400, spec: true },
      },
    },
  );

/** Whether there are more objects in a JSON value, or deeper ones. Values of lists are not counted. */
function hasMoreObjects(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  let count = 0;
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      if (!Array.isArray(one) && ++count > most) return true;
      if (depth > MOST_VARIABLE_DEPTH) return true;
      if (Array.isArray(one)) {
        // without names of places: lists of bins are long
        for (let i = 0; i < one.length; i++) if (typeof one[i] === 'object' && one[i] !== null) next.push(one[i]);
        continue;
      }
      for (const key in one) {
        const inner = (one as Record<string, unknown>)[key];
        if (typeof inner === 'object' && inner !== null) next.push(inner);
      }
    }
    level = next;
  }
  return false;
}

const wrongVariable = (error: GraphQLError) =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    extensions: { code: 'BAD_USER_INPUT' satisfies ErrorCode, http: { status: 400, spec: true } },
  });

const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
