import type { QualityTestRecord, ScalarRecord } from '../../../src/domain/record.ts';
import { scalarProblem } from '../../../src/domain/scalar.ts';
import { isStorable } from '../../../src/domain/storable-text.ts';

/**
 * What a text among the objects of a folder says: DQM writes what is no histogram as `<label>mark=content</label>`, the
 * label being the name of a monitor element, of a quality test behind a point.
 */
export type Text =
  | { readonly kind: 'scalar'; readonly name: string; readonly value: Scalar }
  | { readonly kind: 'qualityTest'; readonly name: string; readonly value: QualityTest }
  | { readonly kind: 'efficiency'; readonly name: string }
  /** A number that a person gave a monitor element to mark it; a text without a label, as the name of a release. */
  | { readonly kind: 'tag' }
  | { readonly kind: 'note' }
  | { readonly kind: 'broken'; readonly code: 'BAD_VALUE' | 'BAD_TEXT'; readonly reason: string };

export type Scalar = Pick<ScalarRecord, 'type' | 'value'>;
export type QualityTest = Pick<QualityTestRecord, 'name' | 'statusCode' | 'result' | 'algorithm' | 'message'>;

const TYPES: Readonly<Record<string, Scalar['type']>> = { i: 'INT', f: 'FLOAT', s: 'STRING' };
/** The name of a test is part of a key. */
const MAX_NAME_LENGTH = 255;

/** `names` are those of the monitor elements that the folder holds: a point may stand in them, too. */
export function parseText(text: string, names: ReadonlySet<string>): Text {
  if (!text.startsWith('<')) return { kind: 'note' };
  const end = text.lastIndexOf('</');
  const label = text.slice(end + 2, -1);
  const begin = `<${label}>`;
  if (end < 0 || label === '' || !text.endsWith('>') || end < begin.length || !text.startsWith(begin))
    return broken('it is no <label>mark=content</label>');
  const inside = text.slice(begin.length, end);
  const equals = inside.indexOf('=');
  const mark = inside.slice(0, Math.max(equals, 0));
  const content = inside.slice(equals + 1);
  if (!isStorable(content) || !isStorable(label))
    return { kind: 'broken', code: 'BAD_TEXT', reason: 'it holds characters that no database stores' };
  if (mark === 'e' && content === '1') return { kind: 'efficiency', name: label };
  if (mark === 'e' || mark === 't') return { kind: 'tag' };
  if (mark === 'qr') return qualityTest(label, content, names);
  const type = TYPES[mark];
  if (type === undefined) return broken(`its mark ${mark.slice(0, 20)} is none of i, f, s, e, t and qr`);
  const problem = scalarProblem(type, content);
  if (problem !== null) return broken(`its content ${problem}`);
  return { kind: 'scalar', name: label, value: { type, value: content } };
}

const broken = (reason: string): Text => ({ kind: 'broken', code: 'BAD_VALUE', reason });

/** `st:CODE:RESULT:ALGORITHM:MESSAGE`; without the algorithm, or as `st.CODE.MESSAGE`, in older files. */
function qualityTest(label: string, content: string, names: ReadonlySet<string>): Text {
  const point = pointBeforeTest(label, names);
  const name = label.slice(point + 1);
  if (point < 1 || name === '') return broken('its label names no quality test behind a point');
  if (name.length > MAX_NAME_LENGTH)
    return broken(`the name of its quality test is longer than ${MAX_NAME_LENGTH} characters`);
  const found =
    /^st:(?<code>\d{1,9}):(?<result>[^:]*):(?:(?<algorithm>[^:]*):)?(?<message>.*)$/s.exec(content) ??
    /^st\.(?<code>\d{1,9})\.(?<message>.*)$/s.exec(content);
  if (found === null) return broken('its content is no st:CODE:RESULT:ALGORITHM:MESSAGE');
  const { code, result = '', algorithm = '', message = '' } = found.groups ?? {};
  const number = result === '' ? Number.NaN : Number(result);
  const value = {
    name,
    statusCode: Number(code),
    result: Number.isFinite(number) ? number : null,
    algorithm,
    message,
  };
  return { kind: 'qualityTest', name: label.slice(0, point), value };
}

/** Where the name of the monitor element ends: as far back as the folder has one, else at the first point. */
function pointBeforeTest(label: string, names: ReadonlySet<string>): number {
  for (let point = label.lastIndexOf('.'); point > 0; point = label.lastIndexOf('.', point - 1)) {
    if (names.has(label.slice(0, point))) return point;
  }
  return label.indexOf('.');
}
