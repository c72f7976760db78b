import { Cursor } from './cursor.ts';
import { ObjectReader, type RootObject } from './objects.ts';
import { type ClassLayout, Layouts, type Member } from './streamer-info.ts';

/** The layouts in the content of a file's StreamerInfo record; `displacement` as of ObjectReader. */
export function readLayouts(content: Uint8Array, displacement: number): Layouts {
  const reader = new ObjectReader(new Cursor(content), new Layouts(BOOTSTRAP), displacement);
  const { items = [] } = reader.read('TList') as unknown as { items?: (RootObject | null)[] };
  const layouts: ClassLayout[] = [];
  for (const info of items) {
    if (info?.className !== 'TStreamerInfo') continue;
    const elements = (info.fElements as { items?: (RootObject | null)[] } | null)?.items ?? [];
    layouts.push({
      name: String(info.fName),
      version: Number(info.fClassVersion),
      members: elements.flatMap((element) => (element ? [memberOf(element)] : [])),
    });
  }
  return new Layouts(layouts);
}

function memberOf(element: RootObject): Member {
  const typeName = String(element.fTypeName ?? '');
  const type = Number(element.fType);
  return {
    name: String(element.fName),
    type: type === 11 && /^(Bool_t|bool)$/.test(typeName) ? 18 : type,
    arrayLength: Number(element.fArrayLength ?? 0),
    typeName,
    title: String(element.fTitle ?? ''),
    countName: String(element.fCountName ?? ''),
  };
}

const member = (name: string, type: number, typeName = '', arrayLength = 0): Member => ({
  name,
  type,
  typeName,
  arrayLength,
  title: '',
  countName: '',
});
const element = [
  member('TNamed', 0),
  member('fType', 3),
  member('fSize', 3),
  member('fArrayLength', 3),
  member('fArrayDim', 3),
  member('fMaxIndex', 23, '', 5),
  member('fTypeName', 65),
];
const ofElement = (name: string, version: number, more: readonly Member[] = []): ClassLayout => ({
  name,
  version,
  members: [member('TStreamerElement', 0), ...more],
});
const counted = [member('fCountVersion', 3), member('fCountName', 65), member('fCountClass', 65)];

/** The layout of the layouts themselves, which no file describes. */
const BOOTSTRAP: readonly ClassLayout[] = [
  {
    name: 'TStreamerInfo',
    version: 9,
    members: [member('TNamed', 0), member('fCheckSum', 13), member('fClassVersion', 3), member('fElements', 64)],
  },
  { name: 'TStreamerElement', version: 4, members: element },
  {
    name: 'TStreamerElement',
    version: 3,
    members: [...element, member('fXmin', 8), member('fXmax', 8), member('fFactor', 8)],
  },
  { name: 'TStreamerElement', version: 2, members: element },
  ofElement('TStreamerBase', 2),
  ofElement('TStreamerBase', 3, [member('fBaseVersion', 3)]),
  ofElement('TStreamerBasicPointer', 2, counted),
  ofElement('TStreamerLoop', 2, counted),
  ...['TStreamerBasicType', 'TStreamerObject', 'TStreamerObjectAny', 'TStreamerObjectPointer', 'TStreamerString'].map(
    (name) => ofElement(name, 2),
  ),
  ofElement('TStreamerObjectAnyPointer', 1),
  ofElement('TStreamerObjectAnyPointer', 2),
  ...[2, 3].map((version) => ofElement('TStreamerSTL', version, [member('fSTLtype', 3), member('fCtype', 3)])),
  ...[1, 2].map((version) => ({ name: 'TStreamerSTLstring', version, members: [member('TStreamerSTL', 0)] })),
];
