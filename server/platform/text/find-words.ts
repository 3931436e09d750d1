// Finds many words in a text in one pass: Aho and Corasick's automaton. The time grows with the text, not with the number of
// words, and nothing that anybody writes makes it worse: no regular expression is ever made of what people type.

/** A word to look for; `whole`: only where it does not begin or end inside a longer word. */
export interface SoughtWord {
  text: string;
  whole: boolean;
}

export interface WordSearch {
  /** Places in the list of words of all those that the text (folded by `foldText`) holds, in no order. */
  find(text: string): number[];
  /** How much memory it takes, in nodes. */
  size: number;
}

/** The form in which texts are compared: compatibility forms and case folded, any run of white space one space. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' ');
}

interface Node {
  edges: Map<number, Node>;
  /** The longest other beginning of a word that ends here too; null for the root. */
  fail: Node | null;
  /** The nearest of these at which words end. */
  nextEnd: Node | null;
  ends: number[];
  depth: number;
}

/** Prepares a search. Words are folded; empty ones are never found. */
export function buildWordSearch(words: readonly SoughtWord[]): WordSearch {
  const texts = words.map(({ text }) => foldText(text).trim());
  const { root, size } = plant(texts);
  link(root);
  return {
    size,
    find: (text) => [...walk(root, text, words)],
  };
}

function makeNode(depth: number, fail: Node | null): Node {
  return { edges: new Map(), fail, nextEnd: null, ends: [], depth };
}

function plant(texts: readonly string[]): { root: Node; size: number } {
  const root = makeNode(0, null);
  let size = 1;
  for (const [index, text] of texts.entries()) {
    let node = root;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      let next = node.edges.get(code);
      if (next === undefined) {
        next = makeNode(at + 1, root);
        node.edges.set(code, next);
        size += 1;
      }
      node = next;
    }
    if (node !== root) node.ends.push(index);
  }
  return { root, size };
}

/** Breadth first, so that what a node falls back to is ready before it. */
function link(root: Node): void {
  const waiting = [root];
  for (let index = 0; index < waiting.length; index += 1) {
    const node = waiting[index];
    if (node === undefined) return;
    for (const [code, child] of node.edges) {
      child.fail = step(node.fail, code, root);
      child.nextEnd = child.fail.ends.length > 0 ? child.fail : child.fail.nextEnd;
      waiting.push(child);
    }
  }
}

function step(from: Node | null, code: number, root: Node): Node {
  for (let node = from; node !== null; node = node.fail) {
    const next = node.edges.get(code);
    if (next !== undefined) return next;
  }
  return root;
}

function walk(root: Node, text: string, words: readonly SoughtWord[]): Set<number> {
  const found = new Set<number>();
  /** Leads from a node whose words are all found to the next one that still has some: no word is found a thousand times. */
  const passed = new Map<Node, Node | null>();
  let node = root;
  for (let at = 0; at < text.length; at += 1) {
    node = step(node, text.charCodeAt(at), root);
    let hit = onwards(node.ends.length > 0 ? node : node.nextEnd, passed);
    while (hit !== null) {
      let isDone = true;
      for (const index of hit.ends) {
        if (found.has(index)) continue;
        if (words[index]?.whole !== true || isWhole(text, at + 1 - hit.depth, at + 1)) found.add(index);
        else isDone = false;
      }
      if (isDone) passed.set(hit, hit.nextEnd);
      hit = onwards(hit.nextEnd, passed);
    }
  }
  return found;
}

function onwards(from: Node | null, passed: Map<Node, Node | null>): Node | null {
  let node = from;
  while (node !== null) {
    const next = passed.get(node);
    if (next === undefined) return node;
    // Shortens the way for the next time.
    const beyond = next === null ? undefined : passed.get(next);
    if (beyond !== undefined) passed.set(node, beyond);
    node = next;
  }
  return null;
}

/** A sign that is no letter needs no gap beside it: `#birds` is found in `(#birds)`. */
function isWhole(text: string, start: number, end: number): boolean {
  return (
    !(isLetterAt(text, start - 1) && isLetterAt(text, start)) && !(isLetterAt(text, end - 1) && isLetterAt(text, end))
  );
}

const letter = /[\p{L}\p{M}\p{N}\p{Pc}]/u;

/** True when the code unit belongs to a letter, digit or underscore; either half of a pair speaks for the pair. */
function isLetterAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95;
  if (Number.isNaN(code)) return false;
  const start = code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
  return letter.test(String.fromCodePoint(text.codePointAt(start) ?? 32));
}
