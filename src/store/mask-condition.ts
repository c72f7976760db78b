import type { FieldTest, Filter } from '../domain/filter.ts';
import type { MaskCondition } from '../domain/mask-expression.ts';

/** A condition of a mask as a filter on lumisections. What is not known satisfies no comparison, `!=` included. */
export function conditionFilter(condition: MaskCondition): Filter {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { kind: condition.kind, of: condition.of.map(conditionFilter) };
    case 'flag':
      return {
        kind: 'test',
        field: condition.on ? 'flagsOn' : 'flagsOff',
        op: 'hasAll',
        value: [condition.flag],
      };
    case 'known':
      return ofRun(condition.of, {
        kind: 'test',
        field: condition.field,
        op: 'isNull',
        value: !condition.known,
      });
    case 'compare': {
      const { of, field, op, value } = condition;
      const test: FieldTest = { kind: 'test', field, op, value };
      if (op !== 'ne') return ofRun(of, test);
      return ofRun(of, { kind: 'and', of: [test, { kind: 'test', field, op: 'isNull', value: false }] });
    }
  }
}

const ofRun = (of: 'lumisection' | 'run', filter: Filter): Filter =>
  of === 'run' ? { kind: 'related', field: 'run', of: filter } : filter;
