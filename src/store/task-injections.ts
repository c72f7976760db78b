import { addBins, whyNotAdded } from '../domain/add-bins.ts';
import { injectedBins, isChanged } from '../domain/injected-bins.ts';
import { type Injection, type InjectionDefinition, injectionOf, injectionRandom } from '../domain/injection.ts';
import type { TaskMember } from '../domain/task.ts';
import type { ContentReader, MemberPart } from './task-content.ts';
import type { TaskElements } from './task-elements.ts';

/** Members are looked at so many at once: what windows of them share is read once. */
const AT_ONCE = 200;

/** Members of one run, and how many there are in which an anomaly was to be made that changes nothing. */
export interface InjectedMembers {
  readonly members: readonly TaskMember[];
  readonly withoutEffect: readonly TaskMember[];
}

/**
 * Members of one run, bad where an anomaly is to be made in them: one that changes at least one of their histograms. A bad
 * member that is as good ones are, bit for bit, could be found by nobody.
 */
export async function injectMembers(
  reader: ContentReader,
  elements: TaskElements['elements'],
  definition: InjectionDefinition,
  members: readonly TaskMember[],
): Promise<InjectedMembers> {
  const drawn = members.flatMap((member) => {
    const injection = injectionOf(definition, member);
    return injection === null ? [] : [{ member, injection }];
  });
  const withoutEffect = new Set<TaskMember>();
  for (let from = 0; from < drawn.length; from += AT_ONCE) {
    for (const { member } of await unchanged(reader, elements, drawn.slice(from, from + AT_ONCE))) {
      withoutEffect.add(member);
    }
  }
  const injections = new Map(drawn.map(({ member, injection }) => [member, injection]));
  return {
    members: members.map((member) => {
      const injection = injections.get(member);
      return injection === undefined || withoutEffect.has(member)
        ? member
        : { ...member, truth: 'POSITIVE', injection };
    }),
    withoutEffect: [...withoutEffect],
  };
}

interface Drawn {
  readonly member: TaskMember;
  readonly injection: Injection;
}

/** Those of which no histogram would change. Most change in the first monitor element, and are read in no other. */
async function unchanged(
  reader: ContentReader,
  elements: TaskElements['elements'],
  drawn: readonly Drawn[],
): Promise<readonly Drawn[]> {
  let left = drawn;
  for (const { id, path } of elements) {
    if (left.length === 0) break;
    const numbers = new Set(left.flatMap(({ member }) => numbersOf(member)));
    const run = (left[0] as Drawn).member.run;
    const found = await reader.histograms(
      run,
      id,
      [...numbers].sort((a, b) => a - b),
    );
    left = left.filter(({ member, injection }) => {
      const parts = numbersOf(member).map((number) => found.get(number));
      return !parts.every((part) => part !== undefined) || !changes(parts, injection, path);
    });
  }
  return left;
}

const numbersOf = ({ first, last }: TaskMember): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Whether an anomaly changes the sum of histograms of a window, where they have one. */
function changes(parts: readonly MemberPart[], injection: Injection, path: string): boolean {
  const [one, ...more] = parts as [MemberPart, ...MemberPart[]];
  if (more.some((other) => whyNotAdded(one, other) !== null)) return false;
  const bins = addBins(parts.map((part) => part.bins));
  const done = injectedBins(bins, one.binning.axes, injection, injectionRandom(injection, path));
  return done !== null && isChanged(bins, done);
}
