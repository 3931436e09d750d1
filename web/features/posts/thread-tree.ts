// Orders the replies of a thread as a tree.
import type { Status } from '#web/lib/wire/posts.ts';

export interface Branch {
  id: string;
  replies: Branch[];
}

/**
 * The tree under the post `rootId` from posts in any order. Siblings keep their order; a reply whose parent is not
 * among them (deleted, or not visible to the reader) hangs on the root, so that nothing is lost.
 */
export function growThread(rootId: string, posts: readonly Pick<Status, 'id' | 'in_reply_to_id'>[]): Branch[] {
  const branches = new Map<string, Branch>(posts.map(({ id }) => [id, { id, replies: [] }]));
  const top: Branch[] = [];
  for (const { id, in_reply_to_id: parentId } of posts) {
    const branch = branches.get(id);
    const parent = parentId === null || parentId === rootId || parentId === id ? undefined : branches.get(parentId);
    if (branch) (parent?.replies ?? top).push(branch);
  }
  return top;
}
