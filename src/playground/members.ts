import type { TaskPart } from '../domain/task.ts';
import type { Store } from '../store/store.ts';
import type { SeenMember } from '../store/task-members.ts';

const AT_ONCE = 5_000;

/** The members of a part in their order, in pages; those that are wanted, all unless told. */
export async function* membersOf(
  { tasks }: Pick<Store, 'tasks'>,
  taskId: number,
  part: TaskPart,
  isWanted: (member: SeenMember) => boolean = () => true,
): AsyncGenerator<readonly SeenMember[], void, undefined> {
  let after: SeenMember | undefined;
  for (;;) {
    const page = await tasks.members(taskId, part, { after, most: AT_ONCE });
    yield page.filter(isWanted);
    if (page.length < AT_ONCE) return;
    after = page.at(-1);
  }
}
