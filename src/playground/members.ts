import { BAD } from '../domain/evaluation/sample.ts';
import type { MemberIndex } from '../domain/member-index.ts';
import type { TaskMember, TaskPart } from '../domain/task.ts';

const AT_ONCE = 5_000;

/** The members of a part in their order, in pages; those that are wanted, all unless told. */
export function* membersOf(
  index: MemberIndex,
  part: TaskPart,
  isWanted: (member: TaskMember) => boolean = () => true,
): Generator<readonly TaskMember[], void, undefined> {
  const { run, first, last, truth } = index.columns;
  const [from, to] = index.range(part);
  let page: TaskMember[] = [];
  for (let i = from; i < to; i++) {
    const member: TaskMember = {
      ...{ part, run: run[i] as number, first: first[i] as number, last: last[i] as number },
      truth: truth[i] === BAD ? 'POSITIVE' : 'NEGATIVE',
    };
    if (isWanted(member)) page.push(member);
    if (page.length < AT_ONCE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
