import { NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import type { Config } from '../config.ts';
import type { Plugin } from './request-facts.ts';

/** Where introspection is off nobody is told the schema, neither as a whole nor by suggestions of names. */
export function useIntrospectionSwitch({ introspection }: Pick<Config, 'introspection'>): Plugin {
  if (introspection) return {};
  return {
    onValidate({ addValidationRule, setValidationFn }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((schema, document, rules) => validate(schema, document, rules, { hideSuggestions: true }));
    },
  };
}
