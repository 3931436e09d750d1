// The part of structured header fields (RFC 8941) that message signatures need: dictionaries of byte sequences and of
// inner lists with parameters. Reads in one pass; anything malformed gives null as a whole.

/** A bare item: `raw` is its text in the header, `value` what it means. */
export interface BareItem {
  raw: string;
  value: string | number | boolean | Buffer;
}

export type Parameters = Map<string, BareItem>;

export interface InnerList {
  items: Array<{ item: BareItem; parameters: Parameters }>;
  parameters: Parameters;
}

export type DictionaryMember = { list: InnerList; item?: undefined } | { item: BareItem; list?: undefined };

/**
 * Reads a dictionary, or gives null when it is malformed. A key that comes twice counts as malformed: two readers might
 * believe different halves.
 * @see https://www.rfc-editor.org/rfc/rfc8941#section-4.2.2
 */
export function parseDictionary(text: string): Map<string, DictionaryMember> | null {
  const reader = createReader(text);
  const members = new Map<string, DictionaryMember>();
  reader.take(SPACES);
  while (!reader.isAtEnd()) {
    const key = reader.take(KEY);
    if (key === null || members.has(key)) return null;
    const member = readMember(reader);
    if (member === null) return null;
    members.set(key, member);
    reader.take(SPACES);
    if (reader.isAtEnd()) return members;
    if (reader.take(COMMA) === null) return null;
    reader.take(SPACES);
    if (reader.isAtEnd()) return null;
  }
  return members;
}

/** The canonical text of parameters, each with its leading `;`. */
export function writeParameters(parameters: Parameters): string {
  let text = '';
  for (const [name, { raw, value }] of parameters) text += value === true ? `;${name}` : `;${name}=${raw}`;
  return text;
}

/** The canonical text of an inner list with its parameters, as it stands in a signature base. */
export function writeInnerList(list: InnerList): string {
  const items = list.items.map(({ item, parameters }) => item.raw + writeParameters(parameters));
  return `(${items.join(' ')})${writeParameters(list.parameters)}`;
}

/** Strict base64 with padding: every sequence of bytes has exactly one text. Null for anything else. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

const SPACES = /[ \t]*/uy;
const COMMA = /,/uy;
const KEY = /[a-z*][a-z0-9_.*-]*/uy;
const STRING = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/uy;
const NUMBER = /-?[0-9]{1,15}(?:\.[0-9]{1,3})?/uy;
const BYTES = /:[A-Za-z0-9+/=]*:/uy;
const BOOLEAN = /\?[01]/uy;
const TOKEN = /[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*/uy;

interface Reader {
  /** The text that the sticky pattern matches here, which is then behind us; null if it does not match. */
  take(pattern: RegExp): string | null;
  isAtEnd(): boolean;
}

function createReader(text: string): Reader {
  let position = 0;
  return {
    take(pattern) {
      pattern.lastIndex = position;
      const match = pattern.exec(text);
      if (match === null) return null;
      position = pattern.lastIndex;
      return match[0];
    },
    isAtEnd: () => position >= text.length,
  };
}

function readMember(reader: Reader): DictionaryMember | null {
  if (reader.take(/=/uy) === null) {
    return readParameters(reader) === null ? null : { item: { raw: '?1', value: true } };
  }
  if (reader.take(/\(/uy) !== null) {
    const list = readInnerList(reader);
    return list === null ? null : { list };
  }
  const item = readBareItem(reader);
  return item === null || readParameters(reader) === null ? null : { item };
}

function readInnerList(reader: Reader): InnerList | null {
  const items: InnerList['items'] = [];
  for (;;) {
    const gap = reader.take(/ */uy);
    if (reader.take(/\)/uy) !== null) break;
    if (items.length > 0 && gap === '') return null;
    const item = readBareItem(reader);
    const parameters = item === null ? null : readParameters(reader);
    if (item === null || parameters === null) return null;
    items.push({ item, parameters });
  }
  const parameters = readParameters(reader);
  return parameters === null ? null : { items, parameters };
}

function readParameters(reader: Reader): Parameters | null {
  const parameters: Parameters = new Map();
  while (reader.take(/; */uy) !== null) {
    const name = reader.take(KEY);
    if (name === null || parameters.has(name)) return null;
    const item = reader.take(/=/uy) === null ? { raw: '?1', value: true } : readBareItem(reader);
    if (item === null) return null;
    parameters.set(name, item);
  }
  return parameters;
}

function readBareItem(reader: Reader): BareItem | null {
  const string = reader.take(STRING);
  if (string !== null) return { raw: string, value: string.slice(1, -1).replaceAll(/\\(["\\])/gu, '$1') };
  const number = reader.take(NUMBER);
  if (number !== null) return { raw: number, value: Number(number) };
  const boolean = reader.take(BOOLEAN);
  if (boolean !== null) return { raw: boolean, value: boolean === '?1' };
  const bytes = reader.take(BYTES);
  if (bytes !== null) {
    const value = decodeBase64(bytes.slice(1, -1));
    return value === null ? null : { raw: bytes, value };
  }
  const token = reader.take(TOKEN);
  return token === null ? null : { raw: token, value: token };
}
