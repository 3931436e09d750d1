// A small reader of ICU messages: {name}, {n, plural, =0 {…} one {# post} other {…}}, {x, select, a {…} other {…}}.
// Locale files stay in the format that translators' tools know, at a kilobyte of code.

interface Argument {
  name: string;
  kind: 'value' | 'plural' | 'select';
  options: Map<string, Node[]>;
}
/** `null` is the number of the plural around it. */
type Node = string | Argument | null;
export type Values<V = string | number> = Readonly<Record<string, V | string | number>>;

const compiled = new Map<string, Node[]>();

interface Reader {
  text: string;
  at: number;
}

function readWord(reader: Reader): string {
  const match = /\s*([^\s,{}]*)\s*/y;
  match.lastIndex = reader.at;
  const found = match.exec(reader.text);
  reader.at = match.lastIndex;
  return found?.[1] ?? '';
}

function readArgument(reader: Reader): Node {
  const name = readWord(reader);
  const options = new Map<string, Node[]>();
  if (reader.text[reader.at] !== ',') return (reader.at++, { name, kind: 'value', options });
  reader.at++;
  const kind = readWord(reader) === 'select' ? 'select' : 'plural';
  reader.at++;
  while (reader.at < reader.text.length && reader.text[reader.at] !== '}') {
    const option = readWord(reader);
    reader.at++;
    options.set(option, readNodes(reader, kind === 'plural'));
    reader.at++;
    while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++;
  }
  reader.at++;
  return { name, kind, options };
}

function readNodes(reader: Reader, inPlural: boolean): Node[] {
  const nodes: Node[] = [];
  let text = '';
  const flush = () => {
    if (text) nodes.push(text);
    text = '';
  };
  while (reader.at < reader.text.length && reader.text[reader.at] !== '}') {
    const char = reader.text[reader.at++] ?? '';
    if (char === '{') {
      flush();
      nodes.push(readArgument(reader));
    } else if (char === '#' && inPlural) {
      flush();
      nodes.push(null);
    } else text += char;
  }
  flush();
  return nodes;
}

function chosen(node: Argument, value: unknown, locale: string): Node[] {
  const exact = node.kind === 'plural' ? node.options.get(`=${String(value)}`) : node.options.get(String(value));
  if (exact) return exact;
  const rule = node.kind === 'plural' ? new Intl.PluralRules(locale).select(Number(value)) : 'other';
  return node.options.get(rule) ?? node.options.get('other') ?? [];
}

function collect<V>(nodes: Node[], values: Values<V>, locale: string, count: number, out: (V | string)[]): void {
  for (const node of nodes) {
    if (node === null) out.push(new Intl.NumberFormat(locale).format(count));
    else if (typeof node === 'string') out.push(node);
    else if (node.kind === 'value') {
      const value = values[node.name];
      out.push(typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : (value ?? `{${node.name}}`));
    } else collect(chosen(node, values[node.name], locale), values, locale, Number(values[node.name]), out);
  }
}

/**
 * The parts of a message in reading order: its texts, and the given values where their names stand.
 * Values need not be strings, so a name in a sentence can be a link.
 */
export function formatParts<V>(message: string, values: Values<V>, locale: string): (V | string)[] {
  let nodes = compiled.get(message);
  if (!nodes) compiled.set(message, (nodes = readNodes({ text: message, at: 0 }, false)));
  const out: (V | string)[] = [];
  collect(nodes, values, locale, 0, out);
  return out;
}

/** The message as one string. An unknown name stays visible as `{name}`. */
export function formatMessage(message: string, values: Values = {}, locale = 'en'): string {
  return formatParts(message, values, locale).join('');
}
