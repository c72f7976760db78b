import {
  type ASTVisitor,
  BREAK,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { Config } from '../../config.ts';
import { limitError } from '../limit-error.ts';
import { executableRules } from './executable-rules.ts';

/** Other rules follow fragments into each other, and not all of them notice that they never come to an end. */
function fragmentCycleRule(context: ValidationContext): ASTVisitor {
  const finished = new Set<string>();
  const path: string[] = [];
  const cycleFrom = (fragment: FragmentDefinitionNode): string[] | undefined => {
    const name = fragment.name.value;
    if (path.includes(name)) return path.slice(path.indexOf(name));
    if (finished.has(name)) return undefined;
    path.push(name);
    for (const spread of context.getFragmentSpreads(fragment.selectionSet)) {
      const next = context.getFragment(spread.name.value);
      const cycle = next && cycleFrom(next);
      if (cycle) return cycle;
    }
    path.pop();
    finished.add(name);
    return undefined;
  };
  return {
    FragmentDefinition(fragment) {
      if (path.length > 0) return false;
      const cycle = cycleFrom(fragment);
      if (cycle === undefined) return false;
      const via = cycle.slice(1, 6).map((name) => `"${name}"`);
      if (cycle.length > 6) via.push('...');
      context.reportError(
        new GraphQLError(
          `Cannot spread fragment "${cycle[0]}" within itself${via.length > 0 ? ` via ${via.join(', ')}` : ''}.`,
          { nodes: context.getFragment(cycle[0] as string) },
        ),
      );
      return BREAK;
    },
  };
}

/** Limits that a document alone can break, whatever its variables: checked once and cached with its validation. */
export function documentRules(limits: Pick<Config, 'maxDepth' | 'maxRootFields'>): ValidationRule[] {
  return [
    fragmentCycleRule,
    ...executableRules,
    function DepthRule(context) {
      return forOperations(context, (selections, fragments) => {
        const depth = depthOf(selections, fragments, new Map());
        if (depth <= limits.maxDepth) return;
        context.reportError(
          limitError({
            setting: 'LUMIGRAPH_MAX_DEPTH',
            limit: limits.maxDepth,
            actual: depth,
            what: `The operation nests ${depth} fields`,
            remedy: 'Ask for inner objects by their id in a second operation.',
          }),
        );
      });
    },
    function RootFieldsRule(context) {
      return forOperations(context, (selections, fragments) => {
        const count = fieldCount(selections, fragments, new Map());
        if (count <= limits.maxRootFields) return;
        context.reportError(
          limitError({
            setting: 'LUMIGRAPH_MAX_ROOT_FIELDS',
            limit: limits.maxRootFields,
            actual: count,
            what: `The operation has ${count} fields at its root`,
            remedy: 'Spread them over several operations, or ask for a list instead.',
          }),
        );
      });
    },
  ];
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function forOperations(
  context: ValidationContext,
  check: (selections: SelectionSetNode, fragments: Fragments) => void,
): ASTVisitor {
  return {
    OperationDefinition(node) {
      const fragments = new Map<string, FragmentDefinitionNode>();
      for (const definition of context.getDocument().definitions) {
        if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
      }
      check(node.selectionSet, fragments);
    },
  };
}

/** Each fragment is measured once, however often it is spread; a cycle (another rule's business) counts as 0. */
function depthOf(selections: SelectionSetNode, fragments: Fragments, known: Map<string, number>): number {
  let deepest = 0;
  for (const selection of selections.selections) {
    if (selection.kind === Kind.FIELD) {
      const below = selection.selectionSet ? depthOf(selection.selectionSet, fragments, known) : 0;
      deepest = Math.max(deepest, 1 + below);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      deepest = Math.max(deepest, depthOf(selection.selectionSet, fragments, known));
    } else {
      const name = selection.name.value;
      const fragment = fragments.get(name);
      if (!known.has(name) && fragment) {
        known.set(name, 0);
        known.set(name, depthOf(fragment.selectionSet, fragments, known));
      }
      deepest = Math.max(deepest, known.get(name) ?? 0);
    }
  }
  return deepest;
}

function fieldCount(selections: SelectionSetNode, fragments: Fragments, known: Map<string, number>): number {
  let count = 0;
  for (const selection of selections.selections) {
    if (selection.kind === Kind.FIELD) count++;
    else if (selection.kind === Kind.INLINE_FRAGMENT) count += fieldCount(selection.selectionSet, fragments, known);
    else {
      const name = selection.name.value;
      const fragment = fragments.get(name);
      if (!known.has(name) && fragment) {
        known.set(name, 0);
        known.set(name, fieldCount(fragment.selectionSet, fragments, known));
      }
      count += known.get(name) ?? 0;
    }
  }
  return count;
}
