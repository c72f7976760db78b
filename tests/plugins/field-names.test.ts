import { Lexer, parse, Source, TokenKind, visit } from 'graphql';
import { expect, test } from 'vitest';
import { FieldNames } from '../../src/plugins/limits/field-names.ts';

/** The same from the parsed document. */
function counted(text: string): number {
  let count = 0;
  visit(parse(text), {
    SelectionSet({ selections }) {
      const names = new Set<string>();
      for (const selection of selections) {
        if (selection.kind !== 'Field') continue;
        const { value } = selection.alias ?? selection.name;
        if (selection.alias || names.has(value)) count++;
        names.add(value);
      }
    },
  });
  return count;
}

function taken(text: string): number {
  const names = new FieldNames();
  const lexer = new Lexer(new Source(text));
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) names.take(token);
  return names.count;
}

test.each([
  ['{ a b c }', 0],
  ['{ a a a { a a } }', 3],
  ['{ x: a x: a y: x x }', 4],
  ['query Q($v: Int = 1, $w: T = { a: 1, a: 2 }) { f(a: { a: $v, b: [{ a: 1 }] }) { a } f(a: 2) { a } }', 1],
  ['{ ...F ...F ... { a } ... on T { a } ... on on { on } ... @include(if: true) { a } on type: a }', 1],
  ['fragment F on T { a a } query { a @skip(if: true) @a a } mutation { a: a }', 3],
  ['subscription S @a(a: "b: c") { a(text: """ a: b { a a } """) a: a }', 1],
  ['{ query mutation fragment: query on fragment }', 2],
])('%s has aliases and repeated fields: %i', (text, expected) => {
  expect(counted(text)).toBe(expected);
  expect(taken(text)).toBe(expected);
});
