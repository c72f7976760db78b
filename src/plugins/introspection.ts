import { NoSchemaIntrospectionCustomRule, type validate } from 'graphql';
import type { Config } from '../config.ts';
import type { Plugin } from './request-facts.ts';

/** Where introspection is off nobody is told the schema, neither as a whole nor by suggestions of names. */
export function useIntrospectionSwitch({ introspection }: Pick<Config, 'introspection'>): Plugin {
  if (introspection) return {};
  return {
    onValidate({ addValidationRule, validateFn, setValidationFn }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      const given = validateFn as typeof validate;
      setValidationFn((schema, document, rules) => given(schema, document, rules, { hideSuggestions: true }));
    },
  };
}
