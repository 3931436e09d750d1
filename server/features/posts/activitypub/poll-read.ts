// Polls of other servers, read as plain JSON; and votes in ours, which travel as notes with a name and no text.
import {
  asCount,
  asDate,
  asList,
  asObject,
  asOnlyId,
  asText,
  typeOf,
  type Json,
} from '#server/platform/fediverse/json.ts';
import { cleanName } from '#server/platform/text.ts';
import type { PollView } from '../policy/poll.ts';

const maxOptions = 100;
const maxOptionLength = 500;

/** The poll of a Question; null when it names no options. A poll that says that it is closed ended then, whatever its end was to be. */
export function readPoll(json: Json): PollView | null {
  const multiple = asList(json['oneOf']).length === 0;
  const options = asList(multiple ? json['anyOf'] : json['oneOf'])
    .slice(0, maxOptions)
    .flatMap((option) => {
      const object = asObject(option);
      const name = cleanName(object?.['name'], maxOptionLength);
      return name === '' ? [] : [{ name, count: asCount(asObject(object?.['replies'])?.['totalItems']) ?? 0 }];
    });
  if (options.length === 0) return null;
  return {
    options: options.map(({ name }) => name),
    counts: options.map(({ count }) => count),
    multiple,
    hideTotals: false,
    expiresAt: asDate(json['closed']) ?? asDate(json['endTime']),
    votersCount: asCount(json['votersCount']),
  };
}

/** A vote: which option of which post; null when the object is none. */
export function readVote(object: Json): { name: string; postUri: string } | null {
  const name = asText(object['name']);
  const postUri = asOnlyId(object['inReplyTo']);
  const isVote = typeOf(object) === 'Note' && asText(object['content']) === null;
  return isVote && name !== null && postUri !== null ? { name: cleanName(name, maxOptionLength), postUri } : null;
}
