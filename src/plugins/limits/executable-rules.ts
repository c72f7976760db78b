import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Good GraphQL that ends in a mistake of the program where it is executed: refused before, in words. */
export const executableRules: readonly ValidationRule[] = [namesRule, streamRule, subscriptionRule];

/** What JavaScript takes for something else, wherever an answer or variables pass by. */
function namesRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.alias?.value !== 'then') return;
      context.reportError(new GraphQLError('`then` cannot be an alias: give the field another one.', { nodes: node }));
    },
    VariableDefinition(node) {
      if (node.variable.name.value !== '__proto__') return;
      context.reportError(new GraphQLError('`$__proto__` cannot be a variable: rename it.', { nodes: node }));
    },
  };
}

/** How many come at once has to be known before anything is executed. */
function streamRule(context: ValidationContext): ASTVisitor {
  return {
    Directive(node) {
      if (node.name.value !== 'stream') return;
      const count = node.arguments?.find(({ name }) => name.value === 'initialCount')?.value;
      if (count === undefined || (count.kind === Kind.INT && !count.value.startsWith('-'))) return;
      const message = '`initialCount` of @stream takes an integer from 0, written into the document.';
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

/** What is subscribed to cannot depend on a condition: there would be nothing to listen to. */
function subscriptionRule(context: ValidationContext): ASTVisitor {
  const check = ({ selections }: SelectionSetNode, visited: Set<string>) => {
    for (const selection of selections) {
      const condition = selection.directives?.find(({ name: { value } }) => value === 'skip' || value === 'include');
      if (condition) {
        const message = 'The field at the root of a subscription takes no @skip and no @include.';
        context.reportError(new GraphQLError(message, { nodes: condition }));
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) check(selection.selectionSet, visited);
      if (selection.kind !== Kind.FRAGMENT_SPREAD || visited.has(selection.name.value)) continue;
      visited.add(selection.name.value);
      const fragment = context.getFragment(selection.name.value);
      if (fragment) check(fragment.selectionSet, visited);
    }
  };
  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation === 'subscription') check(selectionSet, new Set());
    },
  };
}
