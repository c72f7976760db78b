import type { Context } from '../context.ts';
import type { Plugin } from './request-facts.ts';
import { mapResults } from './results.ts';

/** Puts what resolvers warned of into `extensions.warnings`; of a stream, each part has what is new. */
export function useWarnings(): Plugin {
  return {
    onExecutionResult({ result, setResult, context }) {
      // absent where the operation was refused before it had a context
      const { warnings } = context as unknown as Partial<Pick<Context, 'warnings'>>;
      if (!result || !warnings) return;
      let told = 0;
      setResult(
        mapResults(result, (part) => {
          if (warnings.length === told) return part;
          const fresh = warnings.slice(told);
          told = warnings.length;
          return { ...part, extensions: { ...part.extensions, warnings: fresh } };
        }),
      );
    },
  };
}
